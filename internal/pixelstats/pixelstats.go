// Package pixelstats finds out what pixels a network was trained on from the
// network itself: its first BatchNorm has kept their statistics.
//
// A channel m of the first convolution has, over the training pictures, the mean
//
//	mean[m] = Σ_c (Σ_uv w[m,c,u,v]) · μ[c]
//
// where μ[c] is the mean of input plane c. BatchNorm's running mean gives a dozen
// or more such equations for three unknowns: least squares gives μ, and the
// variance gives a rough deviation. Pictures of everyday things are redder than
// they are blue, so μ even tells RGB from BGR.
package pixelstats

import (
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Statistics are those of the training pixels, plane by plane.
type Statistics struct {
	Mean      [3]float64
	Deviation float64 // of all planes, within a factor of 1.5 or so
	Residual  float64 // how badly the equations fit: 0 is perfectly, 1 not at all
}

// Of reads the statistics off the graph's first convolution; ok is false if it
// is not followed by a BatchNorm, or says nothing clear.
func Of(g *network.Graph) (s Statistics, ok bool) {
	conv, norm := stem(g)
	if norm == nil {
		return s, false
	}
	w := conv.Inputs[1]
	mean, variance := norm.Inputs[3].Const, norm.Inputs[4].Const
	out, taps := w.Shape[0], w.Shape[2]*w.Shape[3]

	// The normal equations of the least squares, each row in units of its
	// channel's deviation.
	var a [3][3]float64
	var b [3]float64
	rows := make([][4]float64, out)
	var squares []float64
	for m := range out {
		deviation := math.Sqrt(float64(variance.Data[m]))
		if !(deviation > 0) {
			return s, false
		}
		var power float64
		row := &rows[m]
		for c := range 3 {
			for _, x := range w.Const.Data[(m*3+c)*taps:][:taps] {
				row[c] += float64(x) / deviation
				power += float64(x) * float64(x)
			}
		}
		row[3] = float64(mean.Data[m])
		if len(conv.Inputs) > 2 && conv.Inputs[2] != nil && conv.Inputs[2].Const != nil {
			row[3] -= float64(conv.Inputs[2].Const.Data[m])
		}
		row[3] /= deviation
		for i := range 3 {
			for j := range 3 {
				a[i][j] += row[i] * row[j]
			}
			b[i] += row[i] * row[3]
		}
		if power > 0 {
			squares = append(squares, float64(variance.Data[m])/power)
		}
	}
	if s.Mean, ok = solve(a, b); !ok || len(squares) == 0 {
		return s, false
	}
	s.Deviation = math.Sqrt(median(squares))
	var miss, all float64
	for _, r := range rows {
		d := r[0]*s.Mean[0] + r[1]*s.Mean[1] + r[2]*s.Mean[2] - r[3]
		miss, all = miss+d*d, all+r[3]*r[3]
	}
	s.Residual = math.Sqrt(miss / all)
	return s, s.Residual < 0.2
}

// stem finds the convolution that reads the graph's only input, of three planes,
// and the BatchNorm behind it.
func stem(g *network.Graph) (conv, norm *network.Node) {
	if len(g.Inputs) != 1 || len(g.Inputs[0].Shape) != 4 || g.Inputs[0].Shape[1] != 3 {
		return nil, nil
	}
	for _, n := range g.Nodes {
		switch n.Op.(type) {
		case network.Conv:
			if n.Inputs[0] == g.Inputs[0] && n.Inputs[1].Const != nil && n.Inputs[1].Shape[1] == 3 {
				conv = n
			}
		case network.BatchNorm:
			if conv != nil && n.Inputs[0] == conv.Outputs[0] && n.Inputs[3].Const != nil && n.Inputs[4].Const != nil {
				return conv, n
			}
		}
	}
	return nil, nil
}

// Guess is the preprocessing whose pixels come nearest to the statistics, and
// its name; ok is false if none comes near. It sets Order, Mean and Scale only.
func (s Statistics) Guess() (p tensor.Preprocess, name string, ok bool) {
	best := 0.6
	for _, h := range habits() {
		var d float64
		for c := range 3 {
			d += (s.Mean[c] - h.mean[c]) * (s.Mean[c] - h.mean[c])
		}
		distance := math.Sqrt(d)/h.deviation + math.Abs(math.Log(s.Deviation/h.deviation))
		if distance < best {
			best, p, name, ok = distance, h.Preprocess, h.name, true
		}
	}
	return p, name, ok
}
