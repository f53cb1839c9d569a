package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// naivePooled is what Pooled computes, by its definition.
func naivePooled(f *PooledForm, c *PooledPlanes, w, bias []float32, m, i, j int) float32 {
	z := func(r, s int) float32 {
		sum := float64(bias[m])
		for d := range f.Depth {
			for u := range f.Size {
				for v := range f.Size {
					if y, x := 2*r+u-f.Conv[0], 2*s+v-f.Conv[1]; y >= 0 && y < f.X.Height && x >= 0 && x < f.X.Width {
						sum += float64(w[((m*f.Depth+d)*f.Size+u)*f.Size+v]) * float64(c.X[int(c.From[d])+y*c.Pitch+x])
					}
				}
			}
		}
		return max(float32(sum), c.Floor)
	}
	most := float32(math.Inf(-1))
	for u := range 3 {
		for v := range 3 {
			if r, s := 2*i+u-f.Pool[0], 2*j+v-f.Pool[1]; r >= 0 && r < f.Z.Height && s >= 0 && s < f.Z.Width {
				most = max(most, z(r, s))
			}
		}
	}
	return min(max(most, c.Lo), c.Hi)
}

// pooledCase is a random form, its planes in NaNs that must neither count nor be written.
func pooledCase(r *rand.Rand) (f PooledForm, c *PooledPlanes, w, bias []float32) {
	f.Size = []int{3, 7}[r.IntN(2)]
	f.Conv, f.Pool = [2]int{r.IntN(f.Size/2 + 1), r.IntN(f.Size/2 + 1)}, [2]int{r.IntN(2), r.IntN(2)}
	side := func(axis int) (x, z, y int) {
		for y < 1 {
			x = f.Size + r.IntN(120)
			z = (x+f.Conv[axis]+r.IntN(f.Size/2+1)-f.Size)/2 + 1
			y = (z+f.Pool[axis]+r.IntN(2)-3)/2 + 1
		}
		return x, z, y
	}
	f.X.Height, f.Z.Height, f.Y.Height = side(0)
	f.X.Width, f.Z.Width, f.Y.Width = side(1)
	f.Depth = 1 + r.IntN(4)
	f.Y.Pitch = f.Y.Width + r.IntN(3)
	rows := 1 + r.IntN(8)
	nan := float32(math.NaN())
	c = &PooledPlanes{Pitch: f.X.Width + r.IntN(3), Floor: []float32{0, 0.25}[r.IntN(2)], Lo: float32(math.Inf(-1)), Hi: []float32{2, float32(math.Inf(1))}[r.IntN(2)]}
	size := f.X.Height*c.Pitch + 3
	c.X = slices.Repeat([]float32{nan}, f.Depth*size)
	for d := range f.Depth {
		c.From = append(c.From, int32((f.Depth-1-d)*size+2))
		for y := range f.X.Height {
			for x := range f.X.Width {
				c.X[int(c.From[d])+y*c.Pitch+x] = r.Float32()*2 - 1
			}
		}
	}
	size = f.Y.Height*f.Y.Pitch + 3
	c.Y = slices.Repeat([]float32{nan}, rows*size+3)
	for m := range rows {
		c.To = append(c.To, int32((rows-1-m)*size+3))
	}
	for range rows * f.Depth * f.Size * f.Size {
		w = append(w, r.Float32()*2-1)
	}
	for range rows {
		bias = append(bias, r.Float32()-0.5)
	}
	return f, c, w, bias
}

func (f PooledForm) String() string {
	return fmt.Sprintf("%dx%d of %d planes of %dx%d to %dx%d to %dx%d, padding %v and %v", f.Size, f.Size, f.Depth, f.X.Height, f.X.Width, f.Z.Height, f.Z.Width, f.Y.Height, f.Y.Width, f.Conv, f.Pool)
}

// pooledLevels runs a test at each level that pools.
func pooledLevels(t *testing.T, test func(t *testing.T, l Level)) {
	for _, l := range Levels() {
		if hasSlides(l) {
			t.Run(l.String(), func(t *testing.T) { test(t, l) })
		}
	}
}

// Maps of odd sizes, with all paddings, by parts, each from poisoned scratch memory.
func TestPooled(t *testing.T) {
	pooledLevels(t, func(t *testing.T, l Level) {
		r := rand.New(rand.NewPCG(1, 9))
		made, halves := 0, 0
		for range 400 {
			f, c, w, bias := pooledCase(r)
			if !l.Pools(f) {
				continue
			}
			p := NewPooled(l, f, w, bias)
			made++
			halves += p.half
			testPooled(t, r, p, c, w, bias)
		}
		if made < 150 || (halves > 0) != (l == AVX512) {
			t.Errorf("only %d of 400 forms, %d with half a register", made, halves)
		}
	})
}

func testPooled(t *testing.T, r *rand.Rand, p *Pooled, c *PooledPlanes, w, bias []float32) {
	t.Helper()
	f := &p.form
	want := slices.Clone(c.Y)
	for m, to := range c.To {
		for i := range f.Y.Height {
			for j := range f.Y.Width {
				want[int(to)+i*f.Y.Pitch+j] = naivePooled(f, c, w, bias, m, i, j)
			}
		}
	}
	for y0 := 0; y0 < f.Y.Height; {
		y1 := y0 + 1 + r.IntN(f.Y.Height-y0)
		scratch := slices.Repeat([]float32{float32(math.NaN())}, p.Scratch()+1)
		scratch[p.Scratch()] = 7
		p.Run(c, y0, y1, scratch[:p.Scratch()])
		if scratch[p.Scratch()] != 7 {
			t.Fatalf("%v: scratch memory is written beyond its end", f)
		}
		y0 = y1
	}
	for i, v := range c.Y {
		if d := math.Abs(float64(v - want[i])); d > 1e-5*(1+math.Abs(float64(want[i]))) || (v != v) != (want[i] != want[i]) {
			t.Fatalf("%v, %d rows of weights: float %d is %v, not %v", f, p.rows, i, v, want[i])
		}
	}
}

// A NaN reaches every window that meets it, and a zero with a sign is none that is larger.
func TestPooledOddFloats(t *testing.T) { pooledLevels(t, testPooledOddFloats) }

func testPooledOddFloats(t *testing.T, l Level) {
	f := PooledForm{X: Plane{16, 16, 16}, Z: Plane{8, 8, 8}, Y: Plane{4, 4, 4}, Depth: 1, Size: 3, Conv: [2]int{1, 1}, Pool: [2]int{1, 1}}
	negative := float32(math.Copysign(0, -1))
	w, bias := slices.Repeat([]float32{-1}, 9), []float32{negative}
	p := NewPooled(l, f, w, bias)
	run := func(x []float32) []float32 {
		c := &PooledPlanes{X: x, From: []int32{0}, Pitch: 16, Y: make([]float32, 16), To: []int32{0}, Hi: float32(math.Inf(1))}
		p.Run(c, 0, 4, make([]float32, p.Scratch()))
		return c.Y
	}
	x := make([]float32, 16*16)
	x[5*16+5] = -1
	for i, v := range run(x) {
		want := naivePooled(&f, &PooledPlanes{X: x, From: []int32{0}, Pitch: 16, Hi: 9}, w, bias, 0, i/4, i%4)
		if v != want {
			t.Errorf("beside zeros that are negative pixel %d is %v, not %v", i, v, want)
		}
	}
	for at := range x {
		for _, nan := range []uint32{0x7fc00000, 0xffc00000} {
			x := make([]float32, 16*16)
			x[at] = math.Float32frombits(nan)
			for i, v := range run(x) {
				want := naivePooled(&f, &PooledPlanes{X: x, From: []int32{0}, Pitch: 16, Hi: 9}, w, bias, 0, i/4, i%4)
				if (v != v) != (want != want) {
					t.Fatalf("with a NaN (%#x) at %d pixel %d is %v, not %v", nan, at, i, v, want)
				}
			}
		}
	}
}
