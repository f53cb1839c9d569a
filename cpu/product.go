package cpu

import "github.com/shufflegl/shufflegl/cpu/internal/simd"

// grid cuts a grouped convolution into tasks: samples × column tiles × groups × bands
// of panels, in this order, so that neighbours have the same pixels (see progress).
type grid struct {
	groups, rows, panels int   // rows and panels of a group
	starts               []int // of the column tiles, and the end
	bands                int
	width                int // of the widest tile
}

// tile is a task's part: columns [column, column+n) of panels [first, last) of a
// group. The group's row 0 is plane plane of the output.
type tile struct {
	sample, group, plane int
	column, n            int
	first, last          int
}

// taskWork is what a task should have at least, in multiply-adds: some
// microseconds of it.
func taskWork(l simd.Level) int64 {
	if l == simd.AVX512 {
		return 1 << 20
	}
	return 1 << 17
}

// tasksEach is how many tasks each thread should have: of so many others can take some
// where a core is slower for a while.
const tasksEach = 8

func newGrid(level simd.Level, samples int, weights []*simd.Matrix, columns, pitch, lead, threads int) (g grid, tasks int) {
	m := weights[0]
	g = grid{groups: len(weights), rows: m.Height(), panels: m.Panels(), bands: 1}
	// Cut columns first, which share no weights in the first-level cache anyway, then
	// groups, then panels.
	want := 1
	if threads > 1 {
		work := int64(samples*g.groups*m.Height()) * int64(m.Depth()) * int64(columns)
		if columns == 1 {
			work *= 4 // what takes time is to read the weights
		}
		each, least := int64(tasksEach), taskWork(level)
		if level == simd.AVX512 && m.Fewest() > 1 { // columns are wide, and each task makes sums of its own
			each, least = 2, least*3/2
		}
		want = max(1, int(min(each*int64(threads), work/least)))
		if work >= worthSharing {
			want = max(want, threads)
		}
	}
	tiles := 1
	if samples < want { // a part for each thread, however many groups there are
		tiles = max(threads, (want+samples*g.groups-1)/(samples*g.groups))
	}
	g.cutColumns(level, m.Columns(), columns, pitch, lead, tiles, threads)
	for i, at := range g.starts[1:] {
		g.width = max(g.width, at-g.starts[i])
	}
	if per := samples * (len(g.starts) - 1) * g.groups; per < want || want > 1 && per%threads > 0 {
		g.bands = (want + per - 1) / per
		for per*g.bands%threads != 0 {
			g.bands++
		}
		g.bands = min(g.bands, max(1, g.panels/m.Fewest()))
	}
	return g, samples * (len(g.starts) - 1) * g.groups * g.bands
}

// cutColumns cuts columns, into so many tiles or more if all threads can have as many
// columns, at multiples of a unit. The first column is lead floats behind a cache line's begin.
func (g *grid) cutColumns(level simd.Level, unit, columns, pitch, lead, tiles, threads int) {
	g.starts = []int{0}
	// The last few columns are done best together with those before.
	units := max(1, (columns+unit-1-fewest)/unit)
	ends, even := shareColumns(level, unit, columns, pitch, lead, threads)
	if tiles == 1 || units < threads || !even {
		g.starts = append(g.starts, columns)
		return
	}
	each := (tiles + threads - 1) / threads
	for _, to := range ends {
		from := g.starts[len(g.starts)-1]
		line := from // a tile should not have a part of two lines
		if unit%lineFloats == 0 && !level.Beside(to-from) {
			line = (lead+from+lineFloats-1)/lineFloats*lineFloats - lead
		}
		for j := 1; j < each; j++ {
			at := line + (from+(to-from)*j/each-line)/unit*unit
			if at > g.starts[len(g.starts)-1] {
				g.starts = append(g.starts, at)
			}
		}
		g.starts = append(g.starts, to)
	}
}

// cutRows cuts each tile into so many where rows of pixels begin.
func (g *grid) cutRows(each, width int) {
	starts := g.starts[:1:1]
	for i, to := range g.starts[1:] {
		from := g.starts[i]
		for j := 1; j < each; j++ {
			if at := nearest(from+(to-from)*j/each, width); at > starts[len(starts)-1] && at < to {
				starts = append(starts, at)
			}
		}
		starts = append(starts, to)
	}
	g.starts = starts
}

// shareColumns is where each thread's columns end: at rows of the given pitch, as those of
// windows do, if the parts are as good as equal; or at a multiple of a unit where no thread
// would have much more than another; else at cache lines; and whether the parts are nearly equal.
func shareColumns(level simd.Level, unit, columns, pitch, lead, threads int) (ends []int, even bool) {
	even = true
	from := 0
	for i := range threads {
		to := columns
		if i < threads-1 {
			ideal := columns * (i + 1) / threads
			for _, at := range [...]struct{ unit, within int }{{lineFloats, 1}, {unit, 16}, {pitch, 64}} {
				n := nearest(ideal, at.unit)
				if at.unit == lineFloats {
					n = nearest(lead+ideal, lineFloats) - lead
				}
				if at.unit == lineFloats || at.unit > 1 && abs(n-ideal) <= columns/threads/at.within && ((n-1)%lineFloats >= fewest || level.Beside(n)) {
					to = n
				}
			}
		}
		if part := to - from; part < 1 || part*threads > columns+columns/8 {
			even = false
		}
		ends, from = append(ends, to), to
	}
	return ends, even
}

// nearest is the multiple of unit that is nearest.
func nearest(n, unit int) int { return (n + unit/2) / unit * unit }

func abs(n int) int { return max(n, -n) }

// fewest is how many columns behind the last full tile are done with it.
const fewest = 4

// tile is task's part.
func (g *grid) tile(task int) (t tile) {
	band, task := task%g.bands, task/g.bands
	group, task := task%g.groups, task/g.groups
	tiles := len(g.starts) - 1
	i, sample := task%tiles, task/tiles
	return tile{
		sample: sample, group: group, plane: (sample*g.groups + group) * g.rows,
		column: g.starts[i], n: g.starts[i+1] - g.starts[i],
		first: g.panels * band / g.bands, last: g.panels * (band + 1) / g.bands,
	}
}
