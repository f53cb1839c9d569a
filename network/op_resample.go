package network

import (
	"math"

	"github.com/shufflegl/shufflegl/tensor"
)

// Tap is one input position that an output position is made of. A negative
// position stands for the constant Fill.
type Tap struct {
	From   int
	Weight float32
}

// Resample makes each output pixel of a plane from a few input pixels, by rows
// and columns apart:
//
//	y[p,i,j] = Σ_{a in Rows[i]} Σ_{b in Columns[j]} a.Weight · b.Weight · x[p, a.From, b.From]
//
// It is what resizing and padding come to once sizes are known. All rows have
// the same number of taps, and all columns. Where a tap's From is negative, Fill
// stands in for x. Input and output are of rank 3 (one row) or more.
type Resample struct {
	What          string // "Resize", "Pad": for people
	Rows, Columns [][]Tap
	Fill          float32
}

func (r Resample) Kind() string { return r.What }

func (r Resample) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, 1, 0); err != nil {
		return nil, err
	}
	if len(in[0]) < 3 {
		return nil, shapeErr("input is %v, NxCxL or NxCxHxW is wanted", in[0])
	}
	_, h, w := PlaneForm(in[0])
	for _, axis := range []struct {
		taps [][]Tap
		size int
	}{{r.Rows, h}, {r.Columns, w}} {
		if len(axis.taps) == 0 {
			return nil, shapeErr("no output")
		}
		for _, t := range axis.taps {
			if len(t) == 0 || len(t) != len(axis.taps[0]) {
				return nil, shapeErr("%d taps beside %d", len(t), len(axis.taps[0]))
			}
			for _, tap := range t {
				if tap.From >= axis.size {
					return nil, shapeErr("tap %d of %d", tap.From, axis.size)
				}
			}
		}
	}
	out := in[0].Clone()
	out[len(out)-1] = len(r.Columns)
	if len(out) > 3 {
		out[len(out)-2] = len(r.Rows)
	} else if len(r.Rows) != 1 {
		return nil, shapeErr("%d rows of %v", len(r.Rows), in[0])
	}
	return one(out...)
}

// Keep gives taps that pass an axis of n positions on.
func Keep(n int) [][]Tap {
	taps := make([][]Tap, n)
	for i := range taps {
		taps[i] = []Tap{{i, 1}}
	}
	return taps
}

// PadMode is what stands beyond the edges.
type PadMode int

const (
	PadConstant PadMode = iota
	PadEdge             // the last pixel, again and again
	PadReflect          // the pixels inside, mirrored, without the last
	PadWrap             // the pixels of the other end
)

// PadTaps gives the taps that pad an axis of n positions, before and after;
// negative amounts crop.
func PadTaps(mode PadMode, n, before, after int) [][]Tap {
	var taps [][]Tap
	for i := -before; i < n+after; i++ {
		from := i
		if i < 0 || i >= n {
			switch mode {
			case PadConstant:
				from = -1
			case PadEdge:
				from = min(max(i, 0), n-1)
			case PadReflect:
				from = 0
				if n > 1 {
					period := 2 * (n - 1)
					from = ((i % period) + period) % period
					from = min(from, period-from)
				}
			case PadWrap:
				from = ((i % n) + n) % n
			}
		}
		taps = append(taps, []Tap{{from, 1}})
	}
	return taps
}

// Interpolation is how a resized axis is read between positions.
type Interpolation int

const (
	Nearest Interpolation = iota
	Linear
	Cubic // with A = −0.75 or as given (Keys 1981)
)

// ResizeTaps gives the taps that resize an axis of n positions. source is the
// position, in input coordinates, of each output position; round picks the
// position for Nearest. Positions beyond the edges repeat the edge.
func ResizeTaps(mode Interpolation, n int, source []float64, round func(float64) float64, cubicA float64) [][]Tap {
	taps := make([][]Tap, len(source))
	clampTo := func(i int) int { return min(max(i, 0), n-1) }
	for i, s := range source {
		switch mode {
		case Nearest:
			taps[i] = []Tap{{clampTo(int(round(s))), 1}}
		case Linear:
			lo := math.Floor(s)
			f := float32(s - lo)
			taps[i] = []Tap{{clampTo(int(lo)), 1 - f}, {clampTo(int(lo) + 1), f}}
		case Cubic:
			lo := math.Floor(s)
			f := s - lo
			for k := -1; k <= 2; k++ {
				taps[i] = append(taps[i], Tap{clampTo(int(lo) + k), float32(cubic(math.Abs(f-float64(k)), cubicA))})
			}
		}
	}
	return taps
}

// cubic is the convolution kernel of Keys, "Cubic convolution interpolation for
// digital image processing", 1981, formula 4.
func cubic(t, a float64) float64 {
	switch {
	case t <= 1:
		return ((a+2)*t-(a+3))*t*t + 1
	case t < 2:
		return ((a*t-5*a)*t+8*a)*t - 4*a
	}
	return 0
}
