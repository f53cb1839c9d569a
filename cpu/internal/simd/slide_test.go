package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Slides over planes of odd sizes that lie anywhere among floats that are NaN and must
// neither count nor be written.
func TestSlide(t *testing.T) {
	tested := false
	for _, level := range Levels() {
		if _, ok := NewSlide(level, Form{Size: 3, Stride: 2, In: Plane{3, 3, 3}, Out: Plane{1, 1, 1}}); ok {
			t.Run(level.String(), func(t *testing.T) { testSlides(t, level) })
			tested = true
		}
	}
	if !tested {
		t.Skip("no slides at any level")
	}
}

func testSlides(t *testing.T, level Level) {
	r := rand.New(rand.NewPCG(5, 6))
	done, pairs := map[string]int{}, 0
	for range 3000 {
		f := Form{Size: 3, Stride: 1 + r.IntN(2), Top: r.IntN(2), Left: r.IntN(2), Most: r.IntN(3) == 0}
		gap := r.IntN(2) * r.IntN(4)
		f.In = Plane{Height: 1 + r.IntN(20), Width: 1 + r.IntN(70)}
		f.In.Pitch = f.In.Width + gap
		f.Out = Plane{Height: (f.In.Height+f.Top+1)/f.Stride + r.IntN(3) - 1, Width: (f.In.Width+f.Left+1)/f.Stride + r.IntN(3) - 1}
		if f.Stride == 1 && r.IntN(4) > 0 {
			f.Top, f.Left, f.Most, f.Out = 1, 1, false, f.In
		}
		if f.Out.Height < 1 || f.Out.Width < 1 {
			continue
		}
		f.Out.Pitch = f.Out.Width + gap
		s, ok := NewSlide(level, f)
		if !ok {
			continue
		}
		kind := fmt.Sprintf("stride %d, maximum %t, above %t, below %t", f.Stride, f.Most, f.Top == 0, f.Stride == 2 && s.full < f.Out.Height)
		done[kind]++
		if s.pairs && f.Out.Height > 2 {
			pairs++
		}
		testSlide(t, r, s)
	}
	if level == AVX512 && pairs < 50 {
		t.Errorf("%d slides had two rows of sums at a time", pairs)
	}
	if len(done) != 1+8 { // with stride 1 there is one kind
		t.Errorf("what was tested: %v", done)
	}
}

func testSlide(t *testing.T, r *rand.Rand, s *Slide) {
	t.Helper()
	f, nan := s.form, float32(math.NaN())
	planes := 1 + r.IntN(4)
	if r.IntN(3) == 0 {
		s.cached = r.IntN(2000) // few planes, or one
	}
	place := func(p Plane) (floats []float32, at []int32) {
		size := p.Height*p.Pitch + 7
		floats = slices.Repeat([]float32{nan}, size*planes+200)
		for _, i := range r.Perm(planes) {
			at = append(at, int32(100+i*size))
		}
		return floats, at
	}
	p := &Planes{Lo: -0.8, Hi: 1.5}
	p.X, p.From = place(f.In)
	p.Y, p.To = place(f.Out)
	for _, at := range p.From {
		for y := range f.In.Height {
			for x := range f.In.Width {
				p.X[int(at)+y*f.In.Pitch+x] = r.Float32()*2 - 1
			}
		}
	}
	p.Weights, p.Bias = random(r, 9*planes), random(r, planes)
	average := f.Stride == 2 && !f.Most && r.IntN(2) == 0
	if average {
		p.Scale = random(r, f.Out.Height*f.Out.Pitch+8)
	}
	x := p.X
	cut, row := f.Out.Height, r.IntN(2*f.In.Height)
	lower := p.From
	if row > 0 && row < f.In.Height { // rows from this one on are elsewhere
		p.X = slices.Concat(x, x)
		for _, at := range p.From {
			for i := range f.In.Height * f.In.Pitch {
				if i < row*f.In.Pitch {
					p.X[len(x)+int(at)+i] = nan
				} else {
					p.X[int(at)+i] = nan
				}
			}
		}
		cut, p.Above, p.Below = s.Cut(row, len(x))
		lower = later(p.From, len(x))
	}
	upper := p.From
	for y := 0; y < f.Out.Height; { // in bands
		n := 1 + r.IntN(f.Out.Height-y)
		if p.From = upper; y >= cut {
			p.From = lower
		} else {
			n = min(n, cut-y)
		}
		band := *p // whose planes may begin where it does
		band.FromRow, band.ToRow = r.IntN(max(0, y*f.Stride-f.Top)+1), r.IntN(y+1)
		band.From, band.To = later(p.From, band.FromRow*f.In.Pitch), later(p.To, band.ToRow*f.Out.Pitch)
		s.Run(&band, y, y+n)
		y += n
	}
	for i, to := range p.To {
		one := &Sweep{X: x[upper[i]:], W: p.Weights[9*i:], Bias: p.Bias[i], Scale: p.Scale, Lo: p.Lo, Hi: p.Hi}
		if average {
			one.W, one.Bias = slices.Repeat([]float32{1}, 9), 0
		}
		for y := range f.Out.Height {
			for x := range f.Out.Width {
				at, want := int(to)+y*f.Out.Pitch+x, one.want(f, y, x)
				if got := p.Y[at]; !(math.Abs(float64(got)-want) < 1e-5) {
					t.Fatalf("%+v: plane %d, pixel %d, %d is %v, want %v", f, i, y, x, got, want)
				}
				p.Y[at] = nan
			}
		}
	}
	for i, v := range p.Y {
		if v == v {
			t.Fatalf("%+v: float %d is written beside the planes", f, i)
		}
	}
}

func later(at []int32, floats int) []int32 {
	moved := slices.Clone(at)
	for i := range moved {
		moved[i] += int32(floats)
	}
	return moved
}

func random(r *rand.Rand, n int) []float32 {
	f := make([]float32, n)
	for i := range f {
		f[i] = r.Float32()*2 - 1
	}
	return f
}

func TestSlideKeepsNaN(t *testing.T) {
	for i := range 4 {
		most, nan := i/2 > 0, float32(math.NaN())
		if i%2 == 1 { // as processors make them
			nan = math.Float32frombits(0xffc00000)
		}
		for at := range 81 {
			f := Form{Size: 3, Stride: 2, Top: 1, Left: 1, Most: most, In: Plane{9, 9, 9}, Out: Plane{5, 5, 5}}
			s, ok := NewSlide(Best(), f)
			if !ok {
				t.Skip("no slides at this level")
			}
			p := &Planes{X: make([]float32, 81), From: []int32{0}, Y: make([]float32, 25), To: []int32{0}, Weights: make([]float32, 9), Bias: []float32{0}, Hi: 1}
			p.X[at] = nan
			s.Run(p, 0, 5)
			for i, v := range p.Y {
				y, x := at/9-i/5*2, at%9-i%5*2
				if met := y >= -1 && y <= 1 && x >= -1 && x <= 1; met != (v != v) {
					t.Fatalf("maximum %t, NaN at %d: pixel %d is %v", most, at, i, v)
				}
			}
		}
	}
}

func TestTotals(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, level := range Levels() {
		for n := 1; n < 70; n++ {
			p := &Planes{X: random(r, 3*n+100), From: []int32{int32(n + 1), 0, int32(2*n + 2)}, Y: make([]float32, 9), To: []int32{7, 2, 3}, Lo: -1, Hi: 2}
			if p.X[n] = float32(math.NaN()); n%10 == 0 {
				p.X[2*n+3] = p.X[n] // in the last plane
			}
			p.Totals(level, n, 0.5)
			for i, from := range p.From {
				sum := 0.0
				for _, v := range p.X[from:][:n] {
					sum += float64(v)
				}
				want, got := min(max(sum/2, -1), 2), float64(p.Y[p.To[i]])
				if !(math.Abs(got-want) < 1e-5) && (got == got || want == want) {
					t.Errorf("%v: the total of plane %d of %d is %v, want %v", level, i, n, got, want)
				}
				p.Y[p.To[i]] = 0
			}
			if slices.ContainsFunc(p.Y, func(v float32) bool { return v != 0 }) {
				t.Errorf("%v: written beside: %v", level, p.Y)
			}
		}
	}
}
