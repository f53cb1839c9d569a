package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/shaders"
	"github.com/shufflegl/shufflegl/tensor"
)

// counting is an experiment on the launch that does least: it adds to one vec4.
func counting(vectors int) experiment {
	return experiment{
		program: shaders.New("peak_dispatch.comp"),
		floats:  func() []float32 { return nil },
		vectors: vectors,
		prepare: func(gl gles.API, r *peakRig) error {
			r.source.delete(gl)
			r.source = r.target
			return nil
		},
		work: func(*peakRig) float64 { return 1 },
	}
}

// launches launches as little as there is: sums of their own, or with barriers all
// the same one.
func launches(barriers bool) experiment {
	const places = 64
	e := counting(places + 1)
	e.run = func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
		r.barriers = barriers
		sets := make([]kernels.Params, places)
		for i := range sets {
			from, to := places, i // the last stays zero
			if barriers {
				from, to = 0, 0
			}
			sets[i] = parameters(1 + r.mark)
			sets[i][0], sets[i][4] = int32(from), int32(to)
		}
		if err := upload(gl, r.target, 0, make([]float32, 4*(places+1))); err != nil {
			return 0, err
		}
		if err := r.set(gl, sets...); err != nil {
			return 0, err
		}
		took, err := r.time(gl, n)
		if err != nil {
			return 0, err
		}
		got, err := r.read(gl, 0, places)
		if err != nil {
			return 0, err
		}
		return took, expect(got, 0, func(i int) float32 {
			switch {
			case barriers && i/4 == 0:
				return float32(n * (1 + r.mark))
			case barriers || i/4 >= n:
				return 0
			}
			return float32(1 + r.mark)
		})
	}
	return e
}

// roundTrip is the least that a program can wait for.
func roundTrip() experiment {
	e := counting(1)
	prepare := e.prepare
	e.prepare = func(gl gles.API, r *peakRig) (err error) {
		if err = prepare(gl, r); err == nil {
			r.back, err = r.d.newReadback(gl, 16, "round trip")
		}
		return err
	}
	e.run = func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
		got := make([]float32, 4)
		if err := upload(gl, r.target, 0, got); err != nil {
			return 0, err
		}
		if err := r.set(gl, parameters(1+r.mark)); err != nil {
			return 0, err
		}
		r.bind(gl)
		start := r.now()
		for range n {
			gl.MemoryBarrier(gles.SHADER_STORAGE_BARRIER_BIT)
			gl.DispatchCompute(1, 1, 1)
			if err := r.fetch(gl, got); err != nil {
				return 0, err
			}
		}
		took := r.now().Sub(start)
		return took, expect(got, 0, func(int) float32 { return float32(n * (1 + r.mark)) })
	}
	return e
}

// fetch brings the target to the CPU as runs do with their outputs.
func (r *peakRig) fetch(gl gles.API, dst []float32) error {
	all := []span{{0, 4 * len(dst), 0}}
	if err := r.back.start(gl, r.target, all, []*tensor.Tensor{nil}); err != nil {
		return err
	}
	if err := r.back.wait(gl, patience); err != nil {
		return err
	}
	return r.back.read(gl, 4*len(dst), func(m []byte) { copy(bytesOf(dst), m) })
}

// moved is an experiment that launches nothing.
func moved(size int, run func(gl gles.API, r *peakRig, data []float32, n int) (time.Duration, error)) experiment {
	return experiment{
		floats:  func() []float32 { return nil },
		vectors: size / 16,
		prepare: func(gl gles.API, r *peakRig) (err error) {
			r.data = make([]float32, size/4)
			r.back, err = r.d.newReadback(gl, size, "what is read back")
			return err
		},
		work: func(*peakRig) float64 { return float64(size) },
		run: func(gl gles.API, r *peakRig, n int) (time.Duration, error) {
			for i := range r.data {
				r.data[i] = float32((i + r.mark) % 4096)
			}
			took, err := run(gl, r, r.data, n)
			if err != nil {
				return 0, err
			}
			return took, expect(r.data, 0, func(i int) float32 { return float32((i + r.mark) % 4096) })
		},
	}
}

// uploads brings floats to the device, through mapped memory as runs do with their
// inputs, or by a call that copies them.
func uploads(size int, mapped bool) experiment {
	e := moved(size, func(gl gles.API, r *peakRig, data []float32, n int) (time.Duration, error) {
		gl.Finish()
		start := r.now()
		for range n {
			var err error
			if mapped {
				err = r.target.fill(gl, 0, 4*len(data), true, func(m []byte) { copy(m, bytesOf(data)) })
			} else {
				err = upload(gl, r.target, 0, data)
			}
			if err != nil {
				return 0, err
			}
		}
		if err := r.wait(gl); err != nil {
			return 0, err
		}
		took := r.now().Sub(start)
		clear(data)
		return took, download(gl, r.target, 0, data)
	})
	e.name = "glBufferSubData"
	if mapped {
		e.name = "mapped"
	}
	return e
}

// readbacks brings floats back.
func readbacks(size int) experiment {
	return moved(size, func(gl gles.API, r *peakRig, data []float32, n int) (time.Duration, error) {
		if err := upload(gl, r.target, 0, data); err != nil {
			return 0, err
		}
		clear(data)
		gl.Finish()
		start := r.now()
		for range n {
			if err := r.fetch(gl, data); err != nil {
				return 0, err
			}
		}
		return r.now().Sub(start), nil
	})
}
