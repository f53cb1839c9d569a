package gpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/shaders"
)

const (
	lanes     = 64   // invocations of a work group in all probes that want many
	mostLanes = 4096 // work groups of one launch that computes
)

// fma multiplies and adds in so many chains an invocation. Sums are whole numbers
// that 16 bits hold exactly, too.
func fma(half bool, chains int) experiment {
	const turns, unrolled = 256, 4
	p := shaders.New("peak_fma.comp", set("LX", lanes), set("CHAINS", chains))
	if half {
		p = p.With("HALF")
	}
	// The factor, the term, and where each chain starts.
	start := func(first int) []float32 {
		v := filledWith(1, 4*(2+chains)).Data
		for i := range v[8:] {
			v[8+i] = float32(first + i/4)
		}
		return v
	}
	once := func(gl gles.API, r *peakRig, first, n int) (time.Duration, []float32, error) {
		if err := upload(gl, r.source, 0, start(first)); err != nil {
			return 0, nil, err
		}
		took, err := r.time(gl, n)
		if err != nil {
			return 0, nil, err
		}
		got, err := r.read(gl, 0, r.groups*lanes)
		return took, got, err
	}
	return experiment{
		name:    fmt.Sprintf("%d chains", chains),
		program: p,
		floats:  func() []float32 { return start(0) },
		vectors: mostLanes * lanes,
		prepare: func(gl gles.API, r *peakRig) error {
			if err := r.set(gl, parameters(turns)); err != nil {
				return err
			}
			if half {
				if err := checkHalf(gl, r, once, chains, turns*unrolled); err != nil {
					return err
				}
			}
			return r.enlarge(gl, mostLanes)
		},
		work: func(r *peakRig) float64 { return float64(r.groups) * lanes * float64(4*chains*turns*unrolled) },
		run: func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
			took, got, err := once(gl, r, r.mark, n)
			if err != nil {
				return 0, err
			}
			sum := chains*(r.mark+turns*unrolled) + chains*(chains-1)/2
			return took, expect(got, 0, func(int) float32 { return float32(sum) })
		},
	}
}

// checkHalf finds out whether mediump has 16 bits: in those, 2048 plus one is 2048.
func checkHalf(gl gles.API, r *peakRig, once func(gles.API, *peakRig, int, int) (time.Duration, []float32, error), chains, adds int) error {
	_, got, err := once(gl, r, 2048, 1)
	if err != nil {
		return err
	}
	kept, grown := float32(0), float32(0)
	for c := range chains {
		start := 2048 + c
		kept += float32(start - start%2) // or the even number above
		grown += float32(start + adds)
	}
	switch sum := got[0]; {
	case sum == grown:
		return peak.Unable("mediump is computed in 32 bits here")
	case sum < kept || sum > kept+float32(4*chains):
		return peak.Unable(fmt.Sprintf("mediump is neither of 16 nor of 32 bits here (%g)", sum))
	}
	return nil
}

// fetches reads texels, of which there are as many as a small cache holds.
func fetches() experiment {
	const texels, each, turns = 1024, 8, 64
	value := func(i int) float32 { return float32((i/4*5 + i%4) % 16) }
	return experiment{
		program: shaders.New("peak_texture.comp", set("LX", lanes), set("EACH", each)),
		floats:  func() []float32 { return nil },
		vectors: mostLanes * lanes,
		prepare: func(gl gles.API, r *peakRig) error {
			weights := make([]float32, 4*texels)
			for i := range weights {
				weights[i] = value(i)
			}
			pages := weightPages{rows: 1}
			pages.add(weights)
			ids, err := pages.textures(gl, storage{})
			if len(ids) > 0 {
				r.texture = ids[0]
			}
			if err == nil {
				err = r.set(gl, parameters(texels-1, turns, r.mark))
			}
			if err != nil {
				return err
			}
			return r.enlarge(gl, mostLanes)
		},
		work: func(r *peakRig) float64 { return float64(r.groups * lanes * turns * each) },
		run: func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
			if err := r.set(gl, parameters(texels-1, turns, r.mark)); err != nil {
				return 0, err
			}
			took, err := r.time(gl, n)
			if err != nil {
				return 0, err
			}
			got, err := r.read(gl, 0, r.groups*lanes)
			if err != nil {
				return 0, err
			}
			want := make([]float32, 4*texels) // by invocation, which repeat
			for i := range want {
				want[i] = float32(r.mark)
				for k := range turns * each {
					want[i] += value((i + 4*k) % (4 * texels))
				}
			}
			return took, expect(got, 0, func(i int) float32 { return want[i%len(want)] })
		},
	}
}
