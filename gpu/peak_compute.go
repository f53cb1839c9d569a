package gpu

import (
	"cmp"
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
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
	return experiment{
		name:    fmt.Sprintf("%d chains", chains),
		program: fmaProgram(half, chains),
		floats:  func() []float32 { return chainsFrom(0, chains) },
		vectors: mostLanes * lanes,
		prepare: func(gl gles.API, r *peakRig) error {
			if half {
				if why, err := noHalves(gl, r, chains); why != "" || err != nil {
					return cmp.Or[error](err, peak.Unable(why))
				}
			} else if err := r.set(gl, parameters(fmaTurns)); err != nil {
				return err
			}
			return r.enlarge(gl, mostLanes)
		},
		work: func(r *peakRig) float64 { return float64(r.groups) * lanes * float64(4*chains*fmaTurns*fmaUnrolled) },
		run: func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
			took, got, err := runChains(gl, r, r.mark, n, chains)
			if err != nil {
				return 0, err
			}
			sum := chains*(r.mark+fmaTurns*fmaUnrolled) + chains*(chains-1)/2
			return took, expect(got, 0, func(int) float32 { return float32(sum) })
		},
	}
}

const fmaTurns, fmaUnrolled = 256, 4

func fmaProgram(half bool, chains int) shaders.Program {
	p := shaders.New("peak_fma.comp", kernels.Macro("LX", lanes), kernels.Macro("CHAINS", chains))
	if half {
		p = p.With("HALF")
	}
	return p
}

// chainsFrom are the factor, the term, and where each chain starts.
func chainsFrom(first, chains int) []float32 {
	v := filledWith(1, 4*(2+chains)).Data
	for i := range v[8:] {
		v[8+i] = float32(first + i/4)
	}
	return v
}

// runChains launches n times from there.
func runChains(gl gles.API, r *peakRig, first, n, chains int) (time.Duration, []float32, error) {
	if err := upload(gl, r.source, 0, chainsFrom(first, chains)); err != nil {
		return 0, nil, err
	}
	took, err := r.time(gl, n)
	if err != nil {
		return 0, nil, err
	}
	got, err := r.read(gl, 0, r.groups*lanes)
	return took, got, err
}

// fetches reads texels, of which there are as many as a small cache holds.
func fetches() experiment {
	const texels, each, turns = 1024, 8, 64
	value := func(i int) float32 { return float32((i/4*5 + i%4) % 16) }
	return experiment{
		program: shaders.New("peak_texture.comp", kernels.Macro("LX", lanes), kernels.Macro("EACH", each)),
		floats:  func() []float32 { return nil },
		vectors: mostLanes * lanes,
		prepare: func(gl gles.API, r *peakRig) error {
			weights := make([]float32, 4*texels)
			for i := range weights {
				weights[i] = value(i)
			}
			pages := weightPages{texels: texelsFloat, rows: 1}
			pages.add(weights)
			err := pages.upload(nil, gl)
			if len(pages.ids) > 0 {
				r.texture = pages.ids[0]
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
