package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Every algorithm is an identity: on tiles and weights that have one element that is
// not zero, the pixels are the convolution's, to the last bit.
func TestWinogradIsConvolution(t *testing.T) {
	for _, w := range Algorithms() {
		size := w.Size()
		for weight := range w.Taps * w.Taps {
			for pixel := range size * size {
				g, u, d, v, y := make([]float32, w.Taps*w.Taps), make([]float32, size*size), make([]float32, size*size), make([]float32, size*size), make([]float32, w.Out*w.Out)
				g[weight], d[pixel] = 1, 24
				w.Weights(u, 1, g)
				run := func(src, dst []float32, size, out int, line func(*[6]float32) [6]float32) {
					f := transform{src: src, column: 1, dst: dst, dstRow: out, dstColumn: 1, n: 1}
					for i := range size {
						f.rows[i] = i * size
					}
					f.runGo(size, out, line)
				}
				run(d, v, size, size, w.inputLine)
				for p := range v {
					v[p] *= u[p]
				}
				run(v, y, size, w.Out, w.outputLine)
				for at, got := range y {
					want := float32(0)
					if at/w.Out+weight/w.Taps == pixel/size && at%w.Out+weight%w.Taps == pixel%size {
						want = 24
					}
					if math.Abs(float64(got-want)) > 1e-4 {
						t.Fatalf("%+v: weight %d, pixel %d: result %d is %v, want %v", w, weight, pixel, at, got, want)
					}
				}
			}
		}
	}
}

// Planes of odd sizes in bands, among floats that are NaN and must neither be read
// nor written.
func TestTiling(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, level := range Levels() {
		for _, w := range Algorithms() {
			t.Run(fmt.Sprintf("%v/F(%d,%d)", level, w.Out, w.Taps), func(t *testing.T) {
				for range 300 {
					testTiling(t, r, level, w)
				}
			})
		}
	}
}

func testTiling(t *testing.T, r *rand.Rand, level Level, w Winograd) {
	t.Helper()
	nan := float32(math.NaN())
	const around = 100
	plane := func(p Plane, fill bool) (all, part []float32) {
		all = make([]float32, p.Height*p.Pitch+2*around)
		for i := range all {
			all[i] = nan
		}
		for y := range p.Height {
			for x := range p.Width {
				if fill {
					all[around+y*p.Pitch+x] = r.Float32()*2 - 1
				}
			}
		}
		return all, all[around:]
	}
	in := Plane{Height: 1 + r.IntN(20), Width: 1 + r.IntN(80/(1+r.IntN(4)))}
	in.Pitch = in.Width + r.IntN(2)*r.IntN(4)
	top, left := r.IntN(w.Taps), r.IntN(w.Taps)
	out := Plane{Height: in.Height + top + r.IntN(w.Taps) - w.Taps + 1, Width: in.Width + left + r.IntN(w.Taps) - w.Taps + 1}
	if out.Height < 1 || out.Width < 1 {
		return
	}
	out.Pitch = out.Width + r.IntN(2)*r.IntN(4)
	add := out
	add.Pitch += r.IntN(3)
	_, x := plane(in, true)
	all, y := plane(out, false)
	s := &Sweep{Y: y, Bias: r.Float32(), Lo: -0.8, Hi: 1.5}
	if r.IntN(2) == 0 {
		_, s.Add = plane(add, true)
	}
	g := make([]float32, w.Taps*w.Taps)
	for i := range g {
		g[i] = r.Float32()*2 - 1
	}
	size := w.Size() * w.Size()
	u := make([]float32, size)
	w.Weights(u, 1, g)

	til := NewTiling(level, w, in, out, add, top, left)
	bands := til.Bands(1 + r.IntN(min(4, til.Across*til.Down)))
	for i := range bands {
		b := &bands[i]
		scratch := make([]float32, til.Scratch(b))
		for i := range scratch {
			scratch[i] = nan
		}
		step := Pitch(b.N)
		v := make([]float32, size*step)
		til.Input(v, step, x, b, scratch)
		for p := range size {
			for i := range b.N {
				v[p*step+i] *= u[p]
			}
		}
		til.Output(s, v, step, b, scratch)
	}
	written := 0
	for i := range out.Height {
		for j := range out.Width {
			want := float64(s.Bias)
			for tap, weight := range g {
				row, column := i+tap/w.Taps-top, j+tap%w.Taps-left
				if row >= 0 && row < in.Height && column >= 0 && column < in.Width {
					want += float64(weight) * float64(x[row*in.Pitch+column])
				}
			}
			if s.Add != nil {
				want += float64(s.Add[i*add.Pitch+j])
			}
			want = min(max(want, float64(s.Lo)), float64(s.Hi))
			if got := s.Y[i*out.Pitch+j]; !(math.Abs(float64(got)-want) < 1e-4) {
				t.Fatalf("%+v to %+v, padded by %d and %d, %d bands: pixel %d, %d is %v, want %v", in, out, top, left, len(bands), i, j, got, want)
			}
			written++
		}
	}
	for _, v := range all {
		if v == v {
			written--
		}
	}
	if written != 0 {
		t.Fatalf("%+v to %+v: %d floats are written beside the plane", in, out, -written)
	}
}
