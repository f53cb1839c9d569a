package simd

// Tiling cuts planes of one form into the tiles of a Winograd algorithm, which
// overlap, and puts planes together from tiles. Tiles are numbered row by row, and
// lie side by side in memory: value p of all tiles is one run.
type Tiling struct {
	Winograd
	Across, Down int // tiles
	level        Level
	in, out, add Plane
	top, left    int
	blocks       []byte // how a row of pixels is spread
	count        int
}

// NewTiling makes a tiling for planes padded at the top and left (elsewhere it follows
// from the sizes).
func NewTiling(level Level, w Winograd, in, out, add Plane, top, left int) *Tiling {
	t := &Tiling{Winograd: w, level: level, in: in, out: out, add: add, top: top, left: left,
		Across: (out.Width + w.Out - 1) / w.Out, Down: (out.Height + w.Out - 1) / w.Out}
	if level == Go {
		return t
	}
	step := level.shape().lanes
	if level == AVX512 { // columns beyond the first Out are the next tiles' first ones
		step -= (w.Size() - 1) / w.Out
	}
	for x := 0; x < t.Across; x += step {
		t.blocks = place(t.blocks, x*w.Out-left)
		t.blocks = place(t.blocks, x)
		for first := 0; first < w.Size() && (first == 0 || level == AVX2); first += w.Out {
			for i := range w.Out {
				at := x*w.Out - left + first + i*level.shape().lanes
				t.blocks = level.laneMask(t.blocks, func(lane int) bool { return at+lane >= 0 && at+lane < in.Width })
			}
		}
		t.blocks = align(t.blocks)
		t.count++
	}
	return t
}

// laneMask appends a mask of a register's lanes.
func (l Level) laneMask(blocks []byte, set func(lane int) bool) []byte {
	if l == AVX512 {
		return mask(blocks, set)
	}
	for lane := range l.shape().lanes {
		word := 0
		if set(lane) {
			word = -1
		}
		blocks = place(blocks, word)
	}
	return blocks
}

// Band is some tiles that follow each other: n from the first on.
type Band struct {
	First, N int
	Segments []Segment
}

// Segment is a band's tiles of one row.
type Segment struct {
	tile          int // the first, counted from the band's first
	Y, X          int // its first pixel
	Height, Width int // in pixels
	blocks        []byte
	count         int
}

// Bands cuts all tiles into so many bands of equal size, or nearly.
func (t *Tiling) Bands(count int) []Band {
	all := t.Across * t.Down
	var bands []Band
	for i := range count {
		b := Band{First: all * i / count}
		b.N = all*(i+1)/count - b.First
		for at := b.First; at < b.First+b.N; {
			n := min(t.Across-at%t.Across, b.First+b.N-at)
			b.Segments = append(b.Segments, t.segment(at, n, at-b.First))
			at += n
		}
		bands = append(bands, b)
	}
	return bands
}

func (t *Tiling) segment(at, n, tile int) Segment {
	m := t.Winograd.Out
	s := Segment{tile: tile, Y: at / t.Across * m, X: at % t.Across * m}
	s.Height, s.Width = min(m, t.out.Height-s.Y), min(n*m, t.out.Width-s.X)
	if t.level == Go {
		return s
	}
	lanes := t.level.shape().lanes
	for x := 0; x < n; x += lanes {
		s.blocks = place(s.blocks, x)
		s.blocks = place(s.blocks, x*m)
		for i := range m {
			at := x*m + i*lanes
			s.blocks = t.level.laneMask(s.blocks, func(lane int) bool { return at+lane < s.Width })
		}
		s.blocks = align(s.blocks)
		s.count++
	}
	return s
}

// down is the rows of tiles that a band has part in.
func (t *Tiling) down(b *Band) (first, rows int) {
	first = b.First / t.Across
	return first, (b.First+b.N-1)/t.Across + 1 - first
}

// column is the memory for one column of one row of a band's tiles: of those in all
// rows of tiles, and of the next rows' that overlap them.
func (t *Tiling) column(rows int) int {
	return (rows+(t.Size()-1)/t.Winograd.Out)*t.Across + lanes
}

// Scratch is the memory that Input and Output need for a band.
func (t *Tiling) Scratch(b *Band) int {
	_, rows := t.down(b)
	m := t.Winograd.Out
	return max(m*t.Size()*t.column(rows), m*m*Pitch(b.N)) + 2*lanes // registers reach beyond
}

// Pitch is the memory for one value of n tiles: whole registers are written.
func Pitch(n int) int { return (n + lanes - 1) / lanes * lanes }

// Input transforms a band of a plane that begins at x[0]: value p of BᵀdB of tile t is
// v[p·step+t]. Pitch(b.N) floats are written for each p.
func (t *Tiling) Input(v []float32, step int, x []float32, b *Band, scratch []float32) {
	first, rows := t.down(b)
	size, m, column := t.Size(), t.Winograd.Out, t.column(rows)
	// Row a of tiles, and row a+m of the tiles above them, are the same rows of
	// pixels; so m rows of tiles are spread, and the others found there.
	for a := range m {
		t.spread(scratch[a*size*column:], column, x, a, first, rows+(size-1-a)/m)
	}
	f := transform{src: scratch[b.First-first*t.Across:], column: column, dst: v, dstRow: size * step, dstColumn: step, n: b.N}
	for i := range size {
		f.rows[i] = i%m*size*column + i/m*t.Across
	}
	t.input(&f)
}

// spread lays the pixels of row a of tiles out by columns of tiles, for some rows of
// tiles from the first on, with zeros for padding: column c's begin at dst[c·column].
func (t *Tiling) spread(dst []float32, column int, x []float32, a, first, rows int) {
	m := t.Winograd.Out
	lo, hi := 0, 0 // rows that are inside the plane
	if last := t.in.Height - 1 + t.top - a; last >= 0 {
		lo = min(max(0, (t.top-a+m-1)/m-first), rows)
		hi = max(lo, min(rows, last/m+1-first))
	}
	y := (first+lo)*m + a - t.top
	if lo == hi {
		y = 0
	}
	if x = x[y*t.in.Pitch:]; t.level == Go {
		t.spreadGo(dst, column, x, rows, lo, hi)
	} else {
		t.spreadRows(dst, column, x, rows, lo, hi)
	}
}

func (t *Tiling) spreadGo(dst []float32, column int, x []float32, rows, lo, hi int) {
	for c := range t.Size() {
		run := dst[c*column:][:rows*t.Across]
		clear(run)
		for i := lo; i < hi; i++ {
			row := x[(i-lo)*t.Winograd.Out*t.in.Pitch:][:t.in.Width]
			for tile := range t.Across {
				if at := tile*t.Winograd.Out + c - t.left; at >= 0 && at < len(row) {
					run[i*t.Across+tile] = row[at]
				}
			}
		}
	}
}

// Output makes a band of the plane that begins at s.Y[0], of whose tiles value p is
// m[p·step+t]:
//
//	y = min(max(AᵀmA + bias + add, lo), hi)
func (t *Tiling) Output(s *Sweep, m []float32, step int, b *Band, scratch []float32) {
	out, pitch := t.Winograd.Out, Pitch(b.N)
	f := transform{src: m, column: step, dst: scratch, dstRow: out * pitch, dstColumn: pitch, n: b.N}
	for i := range t.Size() {
		f.rows[i] = i * t.Size() * step
	}
	t.output(&f)
	for i := range b.Segments {
		if t.level == Go {
			t.gatherGo(s, scratch, pitch, &b.Segments[i])
		} else {
			t.gather(s, scratch, pitch, &b.Segments[i])
		}
	}
}

func (t *Tiling) gatherGo(s *Sweep, src []float32, pitch int, g *Segment) {
	m := t.Winograd.Out
	for y := range g.Height {
		to := (g.Y+y)*t.out.Pitch + g.X
		for x := range g.Width {
			v := src[(y*m+x%m)*pitch+g.tile+x/m] + s.Bias
			if s.Add != nil {
				v += s.Add[(g.Y+y)*t.add.Pitch+g.X+x]
			}
			s.Y[to+x] = clamp(v, s.Lo, s.Hi)
		}
	}
}
