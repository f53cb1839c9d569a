package chart

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// linear ticks an axis at round numbers, about so many of them.
type linear struct{ about float64 }

func (l linear) Ticks(low, high float64) []plot.Tick {
	if !(high > low) {
		return nil
	}
	step := roundUp((high - low) / l.about)
	var ticks []plot.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high*(1+1e-12); i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: short(i * step)})
	}
	return ticks
}

// roundUp is the next of 1, 2, 5, 10, ...
func roundUp(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if x <= m*unit*(1+1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}

// logarithmic ticks an axis at 1, 2, 5, 10, ... or, where that is too many, at powers
// of ten.
type logarithmic struct{ most int }

func (l logarithmic) Ticks(low, high float64) []plot.Tick {
	if !(low > 0 && high > low) {
		return nil
	}
	for _, factors := range [][]float64{{1, 1.5, 2, 3, 4, 5, 7}, {1, 2, 5}, {1, 3}, {1}} {
		if ticks := logTicks(low, high, factors, 1); len(ticks) <= l.most && len(ticks) > 0 {
			return ticks
		}
	}
	return logTicks(low, high, []float64{1}, int(math.Ceil(math.Log10(high/low)/float64(l.most))))
}

func logTicks(low, high float64, factors []float64, every int) (ticks []plot.Tick) {
	for e := math.Floor(math.Log10(low)); e <= math.Log10(high); e += float64(every) {
		for _, f := range factors {
			if v := f * math.Pow(10, e); v >= low*(1-1e-9) && v <= high*(1+1e-9) {
				ticks = append(ticks, plot.Tick{Value: v, Label: short(v)})
			}
		}
	}
	return ticks
}

// short writes the round number of a tick.
func short(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if v == 0 {
		return "0" // not -0
	}
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e6) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// around widens a range by a share of it, of its logarithm if log.
func around(low, high, share float64, log bool) (float64, float64) {
	if log {
		by := math.Pow(high/low, share)
		by = math.Max(by, 1.1)
		return low / by, high * by
	}
	by := (high - low) * share
	if by == 0 {
		by = math.Max(math.Abs(high)*share, 1e-9)
	}
	return low - by, high + by
}
