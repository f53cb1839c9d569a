package simd

// Pooled is a convolution that moves by two pixels, clamped at zero or more, and the
// maximum of 3x3 that moves by two pixels behind it:
//
//	z[m,i,j] = max(bias[m] + Σ_c,u,v w[m,c,u,v]·x[c, 2i+u−p, 2j+v−p], floor)
//	y[m,i,j] = min(max(max_u,v z[m, 2i+u−q, 2j+v−q], lo), hi)
//
// Only the last row of z is kept. Its even and its odd columns are computed side by side, from
// every fourth column of x, so that nothing is taken apart between the two; and as nothing is less than
// zero, zero stands for what is outside of z.
type Pooled struct {
	form   PooledForm
	rows   int                    // of weights
	panels int                    // of pooledRows rows each, of which the last is filled up
	data   []float32              // of each panel the biases, then the weights of each tap
	blocks int                    // of 8 even and 8 odd columns of z
	line   int                    // floats from quarter to quarter of a row of x, and of what is kept of z
	at     [4]int                 // where a row's quarters begin, which are every fourth pixel
	near   [3]int                 // bytes from a line of even columns to what a row of y meets
	masks  [2 * pooledLanes]int32 // of the last block of y: whether there is a right neighbour, and a pixel
	stored int                    // pixels of that block
}

// PooledForm is the form of the planes, and of the windows.
type PooledForm struct {
	X, Z, Y Plane
	Depth   int    // planes of x
	Size    int    // of the convolution's window
	Conv    [2]int // its padding, above and to the left
	Pool    [2]int // and the pool's
}

const (
	pooledRows  = 3 // rows of weights at a time
	pooledBand  = 2 // rows of y for which x is taken apart at a time
	pooledLanes = 8
)

// Pools reports whether there is a Pooled of this form.
func (l Level) Pools(f PooledForm) bool {
	most := (f.Size - 1) / 2
	return l == AVX2 && hasSlides(l) && (f.Size == 3 || f.Size == 7) && max(f.Conv[0], f.Conv[1]) <= most && max(f.Pool[0], f.Pool[1]) <= 1 &&
		// The middle of the last window is inside.
		2*f.Y.Height-1-f.Pool[0] < f.Z.Height && 2*f.Y.Width-1-f.Pool[1] < f.Z.Width &&
		(f.X.Width+f.Conv[1])/4+1 < f.line()
}

// columns is how many even ones of z, or odd ones, a row of y meets.
func (f *PooledForm) columns() int { return f.Y.Width + 1 - f.Pool[1] }

func (f *PooledForm) line() int {
	n := (f.columns()+pooledLanes-1)/pooledLanes*pooledLanes + pooledLanes
	if n%(2*pooledLanes) == 0 { // not so many lines in one set of the first cache
		n += pooledLanes
	}
	return n
}

// Scratch is the memory that pixels need.
func (f *PooledForm) Scratch() int { return f.Depth * f.plane() }

// plane is the memory for a plane of x.
func (f *PooledForm) plane() int { return f.loaded(pooledBand) * 4 * f.line() }

// loaded is how many rows of x so many rows of y meet, without the row of z that was there before.
func (f *PooledForm) loaded(rows int) int { return 4*rows + f.Size - 2 }

// NewPooled packs rows x depth x size x size weights, and biases, which may be nil, for a form
// that the level Pools.
func NewPooled(f PooledForm, w, bias []float32) *Pooled {
	taps := f.Depth * f.Size * f.Size
	p := &Pooled{form: f, rows: len(w) / taps, blocks: (f.columns() + pooledLanes - 1) / pooledLanes, line: f.line()}
	p.panels = (p.rows + pooledRows - 1) / pooledRows
	for first := 0; first < p.rows; first += pooledRows {
		for tap := -1; tap < taps; tap++ {
			for r := first; r < first+pooledRows; r++ {
				v := float32(0)
				switch {
				case r >= p.rows:
				case tap >= 0:
					v = w[r*taps+tap]
				case bias != nil:
					v = bias[r]
				}
				p.data = append(p.data, v)
			}
		}
	}
	for q := range p.at {
		column := q + f.Conv[1]
		p.at[q] = column%4*p.line + column/4
	}
	p.near = [3]int{0, 4 * p.line, 4} // even, odd, even
	if f.Pool[1] == 1 {
		p.near = [3]int{4 * (p.line - 1), 0, 4 * p.line} // odd, even, odd
	}
	done := (f.Y.Width - 1) / pooledLanes * pooledLanes
	p.stored = f.Y.Width - done
	for lane := range p.stored {
		p.masks[pooledLanes+lane] = -1
		if 2*(done+lane)+2-f.Pool[1] < f.Z.Width {
			p.masks[lane] = -1
		}
	}
	return p
}

// Scratch is the memory that Run needs, in floats.
func (p *Pooled) Scratch() int {
	return p.form.Scratch() + p.before() + 2*pooledRows*p.line + lineFloats
}

// before is the memory for a row of z.
func (p *Pooled) before() int { return p.panels * p.blocks * 2 * pooledRows * pooledLanes }

// PooledPlanes says where the planes lie.
type PooledPlanes struct {
	X      []float32
	From   []int32 // plane c begins at X[From[c]]
	Pitch  int     // of its rows
	Y      []float32
	To     []int32 // plane m begins at Y[To[m]]
	Floor  float32 // of z, zero at least
	Lo, Hi float32 // of y
}
