package cpu

import (
	"math"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// winograd is a convolution by one of Winograd's minimal algorithms. Of a band of
// tiles, all channels' tiles are transformed; then for each of a tile's (m+r−1)²
// values p there is a matrix product
//
//	M_p [M/G × tiles] = U_p [M/G × C/G] · V_p [C/G × tiles]
//
// some rows at a time, which are transformed back while they are in the cache.
// Weights are transformed when the kernel is made.
type winograd struct {
	epilogue
	in                 network.View
	tiling             *simd.Tiling
	bands              []simd.Band
	channels, perGroup int
	weights            [][]*simd.Matrix // by group and value
	bias               []float32
	pitch              int     // of the tiles of one value
	step               int     // from value to value of V
	panels             int     // whose rows are computed at a time
	rows, outRows      []int32 // where each row of V and M begins
	split              int     // tasks of a band
}

// What of V, and of M, should stay in the second-level cache.
const (
	inputFloats  = 300 << 10
	outputFloats = 160 << 10
)

func newWinograd(s *network.Step, op network.Conv, w simd.Winograd, threads int, level simd.Level) kernel {
	samples, channels, _, _ := s.Inputs[0].NCHW()
	groups := op.G()
	k := &winograd{epilogue: newEpilogue(s), in: s.Inputs[0], channels: channels, perGroup: channels / groups,
		weights: transformWeights(level, s, w, groups), bias: biasOf(s, 0)}
	var add simd.Plane
	if s.Residual != nil {
		add = planeOf(*s.Residual)
	}
	k.tiling = simd.NewTiling(level, w, planeOf(k.in), planeOf(k.out), add, op.Pads.Top, op.Pads.Left)
	values := w.Size() * w.Size()
	k.bands = k.tiling.Bands(k.bandCount(values, samples*groups, threads, level))
	scratch := 0
	for i := range k.bands {
		b := &k.bands[i]
		k.pitch, scratch = max(k.pitch, simd.Pitch(b.N)), max(scratch, k.tiling.Scratch(b))
	}
	for c := range k.perGroup {
		k.rows = append(k.rows, int32(c*k.pitch))
	}
	// A line more, lest all values fall into the same sets of the cache.
	k.step = k.perGroup*k.pitch + lineFloats
	m := k.weights[0][0]
	k.panels = min(m.Panels(), max(1, outputFloats/(values*k.pitch*m.MostRows())))
	for i := range k.panels * m.MostRows() {
		k.outRows = append(k.outRows, int32(i*k.pitch))
	}
	k.split = 1
	if tasks := samples * groups * len(k.bands); threads > 1 && tasks < 2*threads {
		k.split = min(m.Panels(), threads)
	}
	return kernel{tasks: samples * groups * len(k.bands) * k.split, run: k.run,
		scratch: values*(k.step+k.outputStep()) + lineFloats + scratch}
}

// bandCount is into how many bands tiles are cut: so many that V fits in the cache,
// or up to two more where the product then fills its registers better.
func (k *winograd) bandCount(values, planes, threads int, level simd.Level) int {
	tiles := k.tiling.Across * k.tiling.Down
	most := max(simd.Pitch(1), inputFloats/(values*k.perGroup))
	count := (tiles + most - 1) / most
	if threads > 1 && planes*count < 2*threads && tiles >= 2*threads*k.weights[0][0].Columns() {
		count = 2 * threads
	}
	best, bestCost := count, 0
	for n := count; n <= count+2 && n <= tiles; n++ {
		size := (tiles + n - 1) / n
		if cost := n * level.Columns(size); n == count || cost < bestCost {
			best, bestCost = n, cost
		}
	}
	return best
}

// outputStep is from value to value of M.
func (k *winograd) outputStep() int {
	return k.panels*k.weights[0][0].MostRows()*k.pitch + lineFloats
}

// transformWeights gives each group's matrices U_p.
func transformWeights(level simd.Level, s *network.Step, w simd.Winograd, groups int) [][]*simd.Matrix {
	m, depth := s.Weights.Shape[0], s.Weights.Shape[1]
	rows, values, taps := m/groups, w.Size()*w.Size(), w.Taps*w.Taps
	u := make([]float32, values*rows*depth)
	all := make([][]*simd.Matrix, groups)
	for g := range all {
		for i := range rows * depth {
			w.Weights(u[i:], rows*depth, s.Weights.Data[(g*rows*depth+i)*taps:][:taps])
		}
		for p := range values {
			all[g] = append(all[g], simd.Pack(level, u[p*rows*depth:], rows, depth, nil))
		}
	}
	return all
}

func (k *winograd) run(task int, arena, scratch []float32) {
	part, task := task%k.split, task/k.split
	b, task := &k.bands[task%len(k.bands)], task/len(k.bands)
	sample, group := task/len(k.weights), task%len(k.weights)
	weights := k.weights[group]
	values, outputStep := len(weights), k.outputStep()
	v, m := scratch[:values*k.step+lineFloats], scratch[values*k.step+lineFloats:]
	m, scratch = m[:values*outputStep], m[values*outputStep:]

	for c, at := range k.in.Planes[sample*k.channels+group*k.perGroup:][:k.perGroup] {
		k.tiling.Input(v[c*k.pitch:], k.step, arena[at:], b, scratch)
	}
	inf := float32(math.Inf(1))
	panels := weights[0].Panels()
	for first, end := part*panels/k.split, (part+1)*panels/k.split; first < end; {
		last := min(first+k.panels, end)
		from, to := weights[0].Rows(first, last)
		for p, u := range weights {
			u.Multiply(&simd.Product{X: v[p*k.step:], Rows: k.rows, Y: m[p*outputStep:], YRows: k.outRows, Skip: from, Lo: -inf, Hi: inf}, b.N, first, last)
		}
		for row := from; row < to; row++ {
			k.storeTiles(arena, m[(row-from)*k.pitch:], outputStep, task*weights[0].Height()+row, group*weights[0].Height()+row, b, scratch)
		}
		first = last
	}
}

// storeTiles makes a band of plane p of the output, which is of a channel, from values
// m.
func (k *winograd) storeTiles(arena, m []float32, step, p, channel int, b *simd.Band, scratch []float32) {
	sweep := simd.Sweep{Y: arena[k.out.Planes[p]:]}
	if k.bias != nil {
		sweep.Bias = k.bias[channel]
	}
	if k.residual != nil {
		sweep.Add = arena[k.residual.Planes[p]:]
	}
	var after bool
	sweep.Lo, sweep.Hi, after = k.bounds()
	k.tiling.Output(&sweep, m, step, b, scratch)
	if !after {
		return
	}
	for i := range b.Segments {
		g := &b.Segments[i]
		for y := range g.Height {
			activate(sweep.Y[(g.Y+y)*k.out.RowStride+g.X:][:g.Width], k.act)
		}
	}
}
