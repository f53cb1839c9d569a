package gpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/shaders"
)

// memory reads, writes or copies.
func memory(limit string, size, each int) experiment {
	vectors := size / 16
	invocations := vectors / each
	turns := max(1, largeSet/size)
	p := shaders.New("peak_memory.comp", kernels.Macro("LX", lanes), kernels.Macro("EACH", each))
	reads, writes := limit != peak.Write, limit != peak.Read
	if reads {
		p = p.With("READS")
	}
	if writes {
		p = p.With("WRITES")
	}
	const large, at = 1 << 20, 12345 // one vec4 of what is read
	value := func(i int) float32 {
		if i/4 == at {
			return large
		}
		return float32((i/4*7 + i%4) % 16)
	}
	e := experiment{
		name:    fmt.Sprintf("%d vec4s", each),
		program: p,
		floats: func() []float32 {
			if !reads {
				return nil
			}
			v := make([]float32, 4*vectors)
			for i := range v {
				v[i] = value(i)
			}
			return v
		},
		vectors: vectors,
		prepare: func(gl gles.API, r *peakRig) error {
			r.groups = invocations / lanes
			return nil
		},
		work: func(*peakRig) float64 {
			bytes := float64(size * turns)
			if reads && writes {
				bytes *= 2
			}
			return bytes
		},
	}
	e.run = func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
		if err := r.set(gl, parameters(invocations, vectors-1, turns, r.mark)); err != nil {
			return 0, err
		}
		took, err := r.time(gl, n)
		if err != nil {
			return 0, err
		}
		if !writes {
			return took, checkSums(gl, r, invocations, turns, each, at, value)
		}
		for _, first := range []int{0, vectors / 3, vectors - 1024} {
			got, err := r.read(gl, first, 1024)
			if err == nil {
				err = expect(got, first, func(i int) float32 {
					if reads {
						return value(i) + float32(r.mark)
					}
					return float32(r.mark)
				})
			}
			if err != nil {
				return 0, err
			}
		}
		return took, nil
	}
	return e
}

// checkSums looks at the invocations that read the large value: one each turn.
func checkSums(gl gles.API, r *peakRig, invocations, turns, each, at int, value func(int) float32) error {
	for t := range turns {
		first := (at - t + invocations) % invocations
		got, err := r.read(gl, first, 1)
		if err != nil {
			return err
		}
		err = expect(got, first, func(i int) float32 {
			sum := float32(r.mark)
			for u := range turns {
				for k := range each {
					v := (first + u + k*invocations) % (each * invocations)
					sum += value(4*v + i%4)
				}
			}
			return sum
		})
		if err != nil {
			return err
		}
	}
	return nil
}
