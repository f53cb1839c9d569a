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
	run    bool    // blocks follow each other, for run3
	narrow *narrow // for AVX2, in place of blocks
}

// NewWindow makes a window, if the level has one of this form.
func NewWindow(level Level, f Form) (w *Window, ok bool) {
	if level == AVX2 {
		n := newNarrow(&f)
		if n == nil {
			return nil, false
		}
		return &Window{form: f, narrow: n}, true
	}
	stride1 := f.Stride == 1 && !f.Most && (f.Size == 3 || f.Size == 5)
	stride2 := f.Stride == 2 && f.Size == 3
	if level != AVX512 || !stride1 && !stride2 {
		return nil, false
	}
	w = &Window{form: f}
	runs, width := f.Out.Height, f.Out.Width
	if f.Stride == 1 && f.In.flat() && f.Out.flat() && (!f.Adds || f.Add.flat()) && f.In.Width == f.Out.Width {
		runs, width = 1, f.Out.Height*f.Out.Width // blocks may run over the ends of rows
		if w.run = f.Size == 3; w.run {
			w.newRun()
			return w, true
		}
	}
	step := lanes
	if f.Stride == 2 { // at most 15, and evenly
		blocks := (width + lanes - 2) / (lanes - 1)
		step = (width + blocks - 1) / blocks
	}
	for y := range runs {
		for x := 0; x < width; x += step {
			w.block(y, x, min(step, width-x))
		}
	}
	return w, true
}

// newRun makes the blocks of run3.
func (w *Window) newRun() {
	f := &w.form
	size := f.In.Height * f.In.Width
	row := func(u, at int) { // pixels of row u of taps, from pixel at of the run on
		at += (u-f.Top)*f.In.Pitch - f.Left
		w.mask(func(lane int) bool { return at+lane >= 0 && at+lane < size })
	}
	w.place(-f.Top*f.In.Pitch - f.Left)
	for u := range 3 {
		row(u, 0)
	}
	w.align()
	for at := 0; at < f.Out.Height*f.Out.Width; at += lanes {
		w.mask(func(lane int) bool { return at+lane < f.Out.Height*f.Out.Width })
		for u := range 3 {
			row(u, at+lanes)
		}
		for v := range 3 {
			w.mask(func(lane int) bool {
				column := (at+lane)%f.In.Width + v - f.Left
				return column >= 0 && column < f.In.Width
			})
		}
		w.align()
		w.count++
	}
}

// mask appends a bit for each lane.
func (w *Window) mask(set func(lane int) bool) { w.blocks = mask(w.blocks, set) }

func mask(blocks []byte, set func(lane int) bool) []byte {
	bits := 0
	for lane := range lanes {
		if set(lane) {
			bits |= 1 << lane
		}
	}
	return append(blocks, byte(bits), byte(bits>>8))
}

// place appends an offset.
func (w *Window) place(at int) { w.blocks = place(w.blocks, at) }

func place(blocks []byte, at int) []byte {
	return append(blocks, byte(at), byte(at>>8), byte(at>>16), byte(at>>24))
}

func (w *Window) align() { w.blocks = align(w.blocks) }

func align(blocks []byte) []byte {
	for len(blocks)%4 != 0 {
		blocks = append(blocks, 0)
	}
	return blocks
}

// taps appends masks of the n pixels from (y,x) on, of which x may count over the
// ends of rows: those whose pixel of the input is inside the map.
func (w *Window) taps(y, x, n int) {
	f := &w.form
	for u := range f.Size {
		for v := range f.Size {
			w.mask(func(lane int) bool {
				i, j := y+(x+lane)/f.Out.Width, (x+lane)%f.Out.Width
				row, column := i+u-f.Top, j+v-f.Left
				return lane < n && i < f.Out.Height && row >= 0 && row < f.In.Height && column >= 0 && column < f.In.Width
			})
		}
	}
}

const lanes = 16

// block appends the block of the n pixels from (y,x) on; x may count over the ends
// of rows.
func (w *Window) block(y, x, n int) {
	f := &w.form
	for _, at := range [...]int{
		(y*f.Stride-f.Top)*f.In.Pitch + x*f.Stride - f.Left, y*f.Out.Pitch + x, y*f.Add.Pitch + x,
	} {
		w.place(at)
	}
	w.mask(func(lane int) bool { return lane < n })
	if f.Stride == 1 {
		w.taps(y, x, n)
	} else {
		for u := range f.Size {
			row := 2*y + u - f.Top
			for _, first := range []int{0, lanes} {
				w.mask(func(lane int) bool {
					column := 2*x - f.Left + first + lane
					return row >= 0 && row < f.In.Height && column >= 0 && column < f.In.Width
				})
			}
		}
	}
	w.align()
	w.count++
}
