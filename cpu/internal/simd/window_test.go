package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Windows over planes of odd sizes, among floats that are NaN and must neither be
// read nor written.
func TestWindow(t *testing.T) {
	if Best() < AVX2 {
		t.Skip("no windows at this level")
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{2, 3, 5} {
		for stride := 1; stride <= 2; stride++ {
			for _, most := range []bool{false, true} {
				for range 300 {
					f := Form{Size: size, Stride: stride, Top: r.IntN(size), Left: r.IntN(size), Most: most, Adds: r.IntN(2) == 0}
					gap := r.IntN(2) * r.IntN(4)
					f.In = Plane{Height: size + r.IntN(20), Width: size + r.IntN(40)}
					f.In.Pitch = f.In.Width + gap
					f.Out = Plane{Height: (f.In.Height+f.Top+r.IntN(size)-size)/stride + 1, Width: (f.In.Width+f.Left+r.IntN(size)-size)/stride + 1}
					f.Out.Pitch = f.Out.Width + gap
					if stride == 1 && r.IntN(2) == 0 { // of the same size, in one run
						f.Top, f.Left = size/2, size/2
						f.In.Pitch, f.Out = f.In.Width, Plane{f.In.Height, f.In.Width, f.In.Width}
					}
					f.Add = Plane{f.Out.Height, f.Out.Width, f.Out.Width + r.IntN(3)/2}
					for _, level := range Levels() {
						testWindow(t, r, level, f)
					}
				}
			}
		}
	}
}

func testWindow(t *testing.T, r *rand.Rand, level Level, f Form) {
	t.Helper()
	w, ok := NewWindow(level, f)
	if !ok {
		return
	}
	nan := float32(math.NaN())
	plane := func(p Plane, fill bool) (all, part []float32) {
		const around = 100
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
	s := &Sweep{Bias: r.Float32(), W: make([]float32, f.Size*f.Size), Lo: -0.8, Hi: 1.5}
	for i := range s.W {
		s.W[i] = r.Float32()*2 - 1
	}
	var all []float32
	_, s.X = plane(f.In, true)
	all, s.Y = plane(f.Out, false)
	if f.Adds {
		_, s.Add = plane(f.Add, true)
	}
	if !f.Most && r.IntN(2) == 0 {
		_, s.Scale = plane(f.Out, true)
	}
	w.Run(s)
	written := 0
	for i := range f.Out.Height {
		for j := range f.Out.Width {
			want := s.want(f, i, j)
			if got := s.Y[i*f.Out.Pitch+j]; !(math.Abs(float64(got)-want) < 1e-5) {
				t.Fatalf("%v: %+v: pixel %d, %d is %v, want %v", level, f, i, j, got, want)
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
		t.Fatalf("%v: %+v: %d floats are written beside the plane", level, f, -written)
	}
}

// want is what pixel i, j must be.
func (s *Sweep) want(f Form, i, j int) float64 {
	sum := float64(s.Bias)
	if f.Most {
		sum = math.Inf(-1)
	}
	for u := range f.Size {
		for v := range f.Size {
			y, x := i*f.Stride+u-f.Top, j*f.Stride+v-f.Left
			if y < 0 || y >= f.In.Height || x < 0 || x >= f.In.Width {
				continue
			}
			if px := float64(s.X[y*f.In.Pitch+x]); f.Most {
				sum = max(sum, px)
			} else {
				sum += px * float64(s.W[u*f.Size+v])
			}
		}
	}
	if s.Scale != nil {
		sum *= float64(s.Scale[i*f.Out.Pitch+j])
	}
	if s.Add != nil {
		sum += float64(s.Add[i*f.Add.Pitch+j])
	}
	return min(max(sum, float64(s.Lo)), float64(s.Hi))
}

func TestWindowKeepsNaN(t *testing.T) {
	if Best() < AVX2 {
		t.Skip("no windows at this level")
	}
	for i := range 2 * len(Levels()) {
		level, most := Levels()[i/2], i%2 == 1
		for at := range 81 {
			p := Plane{9, 9, 9}
			f := Form{Size: 3, Stride: 2, Top: 1, Left: 1, Most: most, In: p, Out: Plane{5, 5, 5}}
			w, ok := NewWindow(level, f)
			if !ok {
				continue
			}
			s := &Sweep{X: make([]float32, 81), Y: make([]float32, 25), W: make([]float32, 9), Lo: 0, Hi: 1}
			s.X[at] = float32(math.NaN())
			w.Run(s)
			for i, v := range s.Y {
				y, x := at/9-i/5*2, at%9-i%5*2
				if met := y >= -1 && y <= 1 && x >= -1 && x <= 1; met != (v != v) {
					t.Fatalf("%v, maximum %t, NaN at %d: pixel %d is %v", level, most, at, i, v)
				}
			}
		}
	}
}

func BenchmarkWindow(b *testing.B) {
	for _, s := range []struct {
		name string
		size int
		f    Form
	}{
		{"3x3/28", 28, Form{Size: 3, Stride: 1}}, {"3x3/14", 14, Form{Size: 3, Stride: 1}}, {"3x3/7", 7, Form{Size: 3, Stride: 1}},
		{"5x5/28", 28, Form{Size: 5, Stride: 1}},
		{"s2/56", 56, Form{Size: 3, Stride: 2}}, {"s2/28", 28, Form{Size: 3, Stride: 2}}, {"s2/14", 14, Form{Size: 3, Stride: 2}},
		{"max/112", 112, Form{Size: 3, Stride: 2, Most: true}},
	} {
		s.f.Top, s.f.Left = s.f.Size/2, s.f.Size/2
		s.f.In, s.f.Out = Plane{s.size, s.size, s.size}, Plane{s.size / s.f.Stride, s.size / s.f.Stride, s.size / s.f.Stride}
		w, ok := NewWindow(Best(), s.f)
		if !ok {
			b.Skip("no windows at this level")
		}
		b.Run(s.name, func(b *testing.B) {
			x := make([]float32, s.size*s.size+2048) // see doc.go on memory around planes
			for i := range x {
				x[i] = 1
			}
			p := &Sweep{X: x[1024:], Y: make([]float32, s.size*s.size), W: make([]float32, 25), Hi: 1}
			for b.Loop() {
				w.Run(p)
			}
			out := s.f.Out.Height * s.f.Out.Width
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64((out+15)/16), "ns/16px")
		})
	}
}
