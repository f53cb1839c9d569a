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
	level  Level
	form   PooledForm
	rows   int       // of weights
	panels int       // of a tile's rows each, of which the last is filled up
	data   []float32 // of each panel the biases, then the weights of each tap
	blocks int       // of a register of even and one of odd columns of z
	half   int       // 1 if 8 and 8 columns come behind them, as one register of AVX-512
	line   int       // floats from quarter to quarter of a row of x, and of what is kept of z
	at     [4]int    // where a row's quarters begin, which are every fourth pixel
	near   [3]int    // bytes from a line of even columns to what a row of y meets
	whole  int       // registers of a row of y before the last
	inside int       // pixels of that which have a right neighbour
	stored int       // and that there are
}

// PooledForm is the form of the planes, and of the windows.
type PooledForm struct {
	X, Z, Y Plane
	Depth   int    // planes of x
	Size    int    // of the convolution's window
	Conv    [2]int // its padding, above and to the left
	Pool    [2]int // and the pool's
}

// pooledTile is a tile: rows of weights, and even columns beside as many odd ones.
type pooledTile struct{ rows, lanes int }

func (l Level) pooledTile() pooledTile {
	if l == AVX512 {
		return pooledTile{6, 16}
	}
	return pooledTile{3, 8}
}

// pooledBand is rows of y for which x is taken apart at a time.
const pooledBand = 2

// Pools reports whether there is a Pooled of this form.
func (l Level) Pools(f PooledForm) bool {
	most := (f.Size - 1) / 2
	return hasSlides(l) && (f.Size == 3 || f.Size == 7 && l == AVX2) && max(f.Conv[0], f.Conv[1]) <= most && max(f.Pool[0], f.Pool[1]) <= 1 &&
		// The middle of the last window is inside.
		2*f.Y.Height-1-f.Pool[0] < f.Z.Height && 2*f.Y.Width-1-f.Pool[1] < f.Z.Width &&
		(f.X.Width+f.Conv[1])/4+1 < f.line(l)
}

// columns is how many even ones of z, or odd ones, a row of y meets.
func (f *PooledForm) columns() int { return f.Y.Width + 1 - f.Pool[1] }

func (f *PooledForm) line(l Level) int {
	lanes := l.pooledTile().lanes
	n := (f.columns()+lanes-1)/lanes*lanes + lanes
	if n%(2*lanes) == 0 { // not so many lines in one set of the first cache
		n += lanes
	}
	return n
}

// loaded is how many rows of x so many rows of y meet, without the row of z that was there before.
func (f *PooledForm) loaded(rows int) int { return 4*rows + f.Size - 2 }

// NewPooled packs rows x depth x size x size weights, and biases, which may be nil, for a form
// that the level Pools.
func NewPooled(l Level, f PooledForm, w, bias []float32) *Pooled {
	taps, tile := f.Depth*f.Size*f.Size, l.pooledTile()
	p := &Pooled{level: l, form: f, rows: len(w) / taps, line: f.line(l)}
	eights := (f.columns() + 7) / 8
	p.blocks, p.half = eights/(tile.lanes/8), eights%(tile.lanes/8)
	p.panels = (p.rows + tile.rows - 1) / tile.rows
	for first := 0; first < p.rows; first += tile.rows {
		for tap := -1; tap < taps; tap++ {
			for r := first; r < first+tile.rows; r++ {
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
	p.whole = (f.Y.Width - 1) / tile.lanes
	done := p.whole * tile.lanes
	p.stored = f.Y.Width - done
	for p.inside < p.stored && 2*(done+p.inside)+2-f.Pool[1] < f.Z.Width {
		p.inside++
	}
	return p
}

// Scratch is the memory that Run needs, in floats.
func (p *Pooled) Scratch() int {
	return p.level.PooledPixels(p.form) + p.before() + 2*p.level.pooledTile().rows*p.line + lineFloats
}

// PooledPixels is the part of that in which pixels are.
func (l Level) PooledPixels(f PooledForm) int { return f.Depth * f.plane(l) }

// plane is the memory for a plane of x.
func (f *PooledForm) plane(l Level) int { return f.loaded(pooledBand) * 4 * f.line(l) }

// before is the memory for a row of z.
func (p *Pooled) before() int {
	tile := p.level.pooledTile()
	return p.panels * (2*p.blocks + p.half) * tile.rows * tile.lanes
}

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
