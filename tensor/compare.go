package tensor

import (
	"fmt"
	"math"
)

// Diff says how far one tensor is from another. See MaxDiff.
type Diff struct {
	Abs   float64 // the largest absolute difference
	Mag   float64 // the largest magnitude in the tensor that is taken as right
	Rel   float64 // Abs / Mag: 0 if both are, infinite if Mag alone is
	Index int     // where in Data the difference is largest; -1 if there are no elements, or the shapes differ

	A, B Shape      // the shapes compared
	At   [2]float32 // the two values at Index
}

// MaxDiff compares a, the tensor in question, with b, the one taken as right.
//
// It is made for tests, so nothing that is wrong compares as near: a NaN or an
// infinity in either tensor, even the same in both, is an infinite difference,
// and so are different shapes. Rel is relative to b's largest magnitude, not to
// each element's own, as values that cancel to almost nothing carry the rounding
// errors of those that do not.
func MaxDiff(a, b *Tensor) Diff {
	d := Diff{Index: -1, A: a.Shape, B: b.Shape}
	if !a.Shape.Equal(b.Shape) || len(a.Data) != len(b.Data) {
		d.Abs, d.Rel = math.Inf(1), math.Inf(1)
		return d
	}
	for i, want := range b.Data {
		got := a.Data[i]
		diff := math.Abs(float64(got) - float64(want))
		if math.IsNaN(diff) { // a NaN, or an infinity minus itself
			diff = math.Inf(1)
		}
		if diff > d.Abs || d.Index < 0 {
			d.Abs, d.Index, d.At = diff, i, [2]float32{got, want}
		}
		if m := math.Abs(float64(want)); m > d.Mag {
			d.Mag = m
		}
	}
	switch {
	case math.IsInf(d.Abs, 1):
		d.Rel = d.Abs // and not Inf/Inf
	case d.Abs > 0:
		d.Rel = d.Abs / d.Mag
	}
	return d
}

// String is one line for a test's message.
func (d Diff) String() string {
	if !d.A.Equal(d.B) {
		return fmt.Sprintf("shapes differ: %v and %v", d.A, d.B)
	}
	if d.Index < 0 && d.Abs > 0 {
		return fmt.Sprintf("data does not fill the shape %v", d.A)
	}
	if d.Index < 0 {
		return "no elements"
	}
	return fmt.Sprintf("largest difference %.3g (%.3g of the largest magnitude %.4g), at %v: %v instead of %v",
		d.Abs, d.Rel, d.Mag, d.A.coordinates(d.Index), d.At[0], d.At[1])
}

// coordinates are those of element i in row-major order.
func (s Shape) coordinates(i int) []int {
	at := make([]int, len(s))
	for k := len(s) - 1; k >= 0; k-- {
		if s[k] > 0 {
			at[k], i = i%s[k], i/s[k]
		}
	}
	return at
}
