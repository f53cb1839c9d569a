package cpu

import "github.com/shufflegl/shufflegl/cpu/internal/simd"

// grid cuts a grouped convolution into tasks: samples × groups × column tiles ×
// bands of panels.
type grid struct {
	groups, rows, columns, panels int // rows and panels of a group
	width, height                 int // of a task: columns, panels
	tiles, bands                  int
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
const taskWork = 1 << 17

func newGrid(samples int, weights []*simd.Matrix, columns, threads int) (g grid, tasks int) {
	m := weights[0]
	g = grid{groups: len(weights), rows: m.Height(), columns: columns, panels: m.Panels()}
	g.width, g.height = columns, g.panels
	// Cut columns first, which share no weights in the first-level cache anyway,
	// then panels.
	want := 1
	if threads > 1 {
		work := samples * g.groups * m.Height() * m.Depth() * columns
		if columns == 1 {
			work *= 4 // what takes time is to read the weights
		}
		want = max(1, min(4*threads, work/taskWork))
	}
	if per := samples * g.groups; per < want {
		unit := m.Columns()
		units := (columns + unit - 1) / unit
		g.tiles = min(units, (want+per-1)/per)
		g.width = (units + g.tiles - 1) / g.tiles * unit
		if per *= g.tiles; per < want {
			g.bands = min(g.panels, (want+per-1)/per)
			g.height = (g.panels + g.bands - 1) / g.bands
		}
	}
	g.tiles = (columns + g.width - 1) / g.width
	g.bands = (g.panels + g.height - 1) / g.height
	return g, samples * g.groups * g.tiles * g.bands
}

// tile is task's part. Bands of one tile follow each other, for the cache.
func (g *grid) tile(task int) (t tile) {
	band, task := task%g.bands, task/g.bands
	column, task := task%g.tiles*g.width, task/g.tiles
	return tile{
		sample: task / g.groups, group: task % g.groups, plane: task * g.rows,
		column: column, n: min(g.width, g.columns-column),
		first: band * g.height, last: min((band+1)*g.height, g.panels),
	}
}
