package cpu

import "github.com/shufflegl/shufflegl/cpu/internal/simd"

// grid cuts a grouped convolution into tasks: samples × column tiles × groups × bands
// of panels, in this order, so that neighbours have the same pixels (see progress).
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
	g.width, g.height, g.tiles, g.bands = columns, g.panels, 1, 1
	// Cut columns first, which share no weights in the first-level cache anyway, then
	// groups, then panels.
	want := 1
	if threads > 1 {
		work := samples * g.groups * m.Height() * m.Depth() * columns
		if columns == 1 {
			work *= 4 // what takes time is to read the weights
		}
		want = max(1, min(4*threads, work/taskWork))
	}
	if samples < want {
		// The last few columns are done best together with those before.
		unit := m.Columns()
		units := max(1, (columns+unit-1-fewest)/unit)
		g.tiles = min(units, (want+samples-1)/samples)
		g.width = (units + g.tiles - 1) / g.tiles * unit
		g.tiles = max(1, (columns-fewest+g.width-1)/g.width)
	}
	if per := samples * g.tiles * g.groups; per < want {
		g.bands = min(g.panels, (want+per-1)/per)
		g.height = (g.panels + g.bands - 1) / g.bands
		g.bands = (g.panels + g.height - 1) / g.height
	}
	return g, samples * g.tiles * g.groups * g.bands
}

// fewest is how many columns behind the last full tile are done with it.
const fewest = 4

// tile is task's part.
func (g *grid) tile(task int) (t tile) {
	band, task := task%g.bands, task/g.bands
	group, task := task%g.groups, task/g.groups
	column, sample := task%g.tiles*g.width, task/g.tiles
	t = tile{
		sample: sample, group: group, plane: (sample*g.groups + group) * g.rows,
		column: column, n: g.width,
		first: band * g.height, last: min((band+1)*g.height, g.panels),
	}
	if task%g.tiles == g.tiles-1 {
		t.n = g.columns - column
	}
	return t
}
