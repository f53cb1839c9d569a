package cpu

import "gonum.org/v1/gonum/blas/blas32"

// The two functions here are the inner loops of everything that multiplies
// matrices, and all that hand-written assembly has to replace.

// accumulate adds a matrix product to a tile c of m rows of n:
//
//	c[i·n + j] += Σ_k w[i·K + k] · x[rows[k] + j]   with K = len(rows)
//
// The rows of x lie wherever the table says: that is how a shuffled, joined or
// sliced input costs nothing. gonum skips weights of zero, which here takes
// 0·NaN for 0.
func accumulate(c []float32, m, n int, w, x []float32, rows []int32) {
	blas := blas32.Implementation()
	for i := range m {
		ci := c[i*n : (i+1)*n]
		wi := w[i*len(rows) : (i+1)*len(rows)]
		for k, r := range rows {
			blas.Saxpy(n, wi[k], x[r:], 1, ci, 1)
		}
	}
}

// accumulateDots is accumulate for few columns, which lie one after the other:
//
//	c[i·n + j] += Σ_k w[i·K + k] · columns[j·K + k]   with K = depth
func accumulateDots(c []float32, m, n, depth int, w, columns []float32) {
	blas := blas32.Implementation()
	for i := range m {
		wi := w[i*depth : (i+1)*depth]
		for j := range n {
			c[i*n+j] += blas.Sdot(depth, wi, 1, columns[j*depth:], 1)
		}
	}
}

// fewColumns is the number of columns below which accumulateDots is faster.
const fewColumns = 16

// rowBlock is how many rows of a tile are computed before they are stored.
const rowBlock = 16

// panelFloats is how much of the right-hand matrix a tile may use, so that it
// stays in the second-level cache while all rows pass by.
const panelFloats = 24 << 10

// tileWidth cuts n columns into tiles of equal width for a product of the given
// depth.
func tileWidth(n, depth int) int {
	width := min(max(panelFloats/depth, 64), 512)
	tiles := (n + width - 1) / width
	even := (n + tiles - 1) / tiles
	return min((even+15)/16*16, n)
}

// grid cuts a grouped convolution into tasks: samples × groups × column tiles ×
// row bands.
type grid struct {
	groups, columns, width, rows, height int
	tiles, bands                         int
}

func newGrid(samples, groups, rows, columns, depth, threads int) (g grid, tasks int) {
	g = grid{groups: groups, rows: rows, columns: columns, width: tileWidth(columns, depth), height: rows}
	g.tiles = (columns + g.width - 1) / g.width
	tasks = samples * groups * g.tiles
	if threads > 1 && tasks < 4*threads {
		bands := (4*threads + tasks - 1) / tasks
		g.height = max(rowBlock, ((rows+bands-1)/bands+rowBlock-1)/rowBlock*rowBlock)
	}
	g.bands = (rows + g.height - 1) / g.height
	return g, tasks * g.bands
}

// tile is a task's part: of sample and group, columns [column, column+n) and
// rows [first, last). Bands of one tile follow each other, for the cache.
func (g *grid) tile(task int) (sample, group, column, n, first, last int) {
	band, task := task%g.bands, task/g.bands
	tile, task := task%g.tiles, task/g.tiles
	column, first = tile*g.width, band*g.height
	return task / g.groups, task % g.groups, column, min(g.width, g.columns-column), first, min(first+g.height, g.rows)
}

// fillRows sets each of the rows of a tile to its channel's bias.
func fillRows(c []float32, n int, bias []float32, first, last int) {
	for m := first; m < last; m++ {
		b := float32(0)
		if bias != nil {
			b = bias[m]
		}
		row := c[(m-first)*n : (m-first+1)*n]
		for j := range row {
			row[j] = b
		}
	}
}
