package simd

// Plane is the form of a plane: rows of Width floats, Pitch apart.
type Plane struct{ Height, Width, Pitch int }

// flat reports whether a plane is one run.
func (p Plane) flat() bool { return p.Height == 1 || p.Pitch == p.Width }

// Form is what a window of Size x Size taps does to planes of one form.
type Form struct {
	Size, Stride int
	Top, Left    int // padding
	Most         bool
	In, Out, Add Plane // Add only if something is added
	Adds         bool
}

// Sweep says where the operands of a window lie.
type Sweep struct {
	X, Y, Add []float32 // planes, from their first pixel on; Add may be nil
	W         []float32 // Size x Size weights, unless it is a maximum
	Bias      float32
	Scale     []float32 // what sums are multiplied by, in y's form; may be nil
	Lo, Hi    float32
}

// Window slides over planes of one form:
//
//	y[i,j] = min(max(scale[i,j]·(bias + Σ_u,v w[u,v]·x[i·s+u−p, j·s+v−p]) + add[i,j], lo), hi)
//
// or with Form.Most the largest x in place of the sum. Padding takes no part, and
// a NaN stays one.
type Window struct {
	form   Form
	blocks []byte // how each 16 pixels of y are made
	count  int
}

// NewWindow makes a window, if the level has one of this form.
func NewWindow(level Level, f Form) (w *Window, ok bool) {
	stride1 := f.Stride == 1 && !f.Most && (f.Size == 3 || f.Size == 5)
	stride2 := f.Stride == 2 && f.Size == 3
	if level != AVX512 || !stride1 && !stride2 {
		return nil, false
	}
	w = &Window{form: f}
	runs, width := f.Out.Height, f.Out.Width
	if f.Stride == 1 && f.In.flat() && f.Out.flat() && (!f.Adds || f.Add.flat()) && f.In.Width == f.Out.Width {
		runs, width = 1, f.Out.Height*f.Out.Width // blocks may run over the ends of rows
	}
	for y := range runs {
		for x := 0; x < width; x += lanes {
			w.block(y, x, min(lanes, width-x))
		}
	}
	return w, true
}

const lanes = 16

// block appends the block of the n pixels from (y,x) on; x may count over the ends
// of rows.
func (w *Window) block(y, x, n int) {
	f := &w.form
	for _, at := range [...]int{
		(y*f.Stride-f.Top)*f.In.Pitch + x*f.Stride - f.Left, y*f.Out.Pitch + x, y*f.Add.Pitch + x,
	} {
		w.blocks = append(w.blocks, byte(at), byte(at>>8), byte(at>>16), byte(at>>24))
	}
	// mask has a bit for each lane whose pixel of x is inside the map.
	mask := func(inside func(lane int) bool) {
		bits := 0
		for lane := range lanes {
			if inside(lane) {
				bits |= 1 << lane
			}
		}
		w.blocks = append(w.blocks, byte(bits), byte(bits>>8))
	}
	pixel := func(lane int) (int, int) { return y + (x+lane)/f.Out.Width, (x + lane) % f.Out.Width }
	mask(func(lane int) bool { return lane < n })
	for u := range f.Size {
		if f.Stride == 2 {
			row := 2*y + u - f.Top
			for _, first := range []int{0, lanes, 2, 2 + lanes} {
				mask(func(lane int) bool {
					column := 2*x - f.Left + first + lane
					return row >= 0 && row < f.In.Height && column >= 0 && column < f.In.Width
				})
			}
			continue
		}
		for v := range f.Size {
			mask(func(lane int) bool {
				i, j := pixel(lane)
				row, column := i+u-f.Top, j+v-f.Left
				return lane < n && row >= 0 && row < f.In.Height && column >= 0 && column < f.In.Width
			})
		}
	}
	for len(w.blocks)%4 != 0 {
		w.blocks = append(w.blocks, 0)
	}
	w.count++
}
