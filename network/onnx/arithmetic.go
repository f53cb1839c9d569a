package onnx

import (
	"math"

	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxfile"
	"github.com/shufflegl/shufflegl/tensor"
)

// The functions of this file compute with constants alone: what exporters leave
// of the arithmetic on shapes.

// knownBinary imports an operator that takes its operands two at a time.
func knownBinary(n *node) {
	if n.kind == "Mod" && n.flag("fmod", false) {
		n.refuse("fmod 1")
	}
	y := n.operand(0)
	for i := range n.in[1:] {
		y = n.binary(n.kind, y, n.operand(i+1))
	}
	n.give(0, n.known(y))
}

func knownUnary(n *node) { n.give(0, n.known(n.unary(n.kind, n.operand(0)))) }

// operand is an input that must be constant.
func (n *node) operand(i int) *onnxfile.Tensor {
	v := n.in[i]
	if v == nil {
		n.bad("input %d is missing", i)
	}
	if v.known == nil {
		n.refuse("of the computed value %s", quote(v.name))
	}
	return v.known
}

// binary computes a kind of node on two constants of one type, with
// broadcasting.
func (n *node) binary(kind string, a, b *onnxfile.Tensor) *onnxfile.Tensor {
	if kind == "Pow" && a.Floats != nil && b.Type != a.Type { // the one kind whose operands may differ
		b = n.cast(b, a.Type)
	}
	if a.Type != b.Type {
		if kind == "Pow" {
			n.refuse("a base of type %v, an exponent of type %v", a.Type, b.Type)
		}
		n.bad("operands of type %v and %v", a.Type, b.Type)
	}
	shape, ok := broadcast(a.Shape, b.Shape)
	if !ok {
		n.bad("operands %v and %v", a.Shape, b.Shape)
	}
	n.check(n.im.spend(shape, 8))
	sa, sb := repeats(a.Shape, shape), repeats(b.Shape, shape)
	y := &onnxfile.Tensor{Type: a.Type, Shape: shape}
	if a.Floats != nil {
		if f := floatBinary(kind); f != nil {
			y.Floats = make([]float32, shape.Size())
			for i := range y.Floats {
				y.Floats[i] = f(a.Floats[strided(i, shape, sa)], b.Floats[strided(i, shape, sb)])
			}
			return y
		}
		if f := comparison[float32](kind); f != nil {
			y.Type, y.Ints = typeBool, make([]int64, shape.Size())
			for i := range y.Ints {
				y.Ints[i] = boolInt(f(a.Floats[strided(i, shape, sa)], b.Floats[strided(i, shape, sb)]))
			}
			return y
		}
		n.refuse("of floating-point constants")
	}
	f := n.intBinary(kind)
	if c := comparison[int64](kind); c != nil {
		y.Type = typeBool
		f = func(a, b int64) int64 { return boolInt(c(a, b)) }
	}
	y.Ints = make([]int64, shape.Size())
	for i := range y.Ints {
		y.Ints[i] = f(a.Ints[strided(i, shape, sa)], b.Ints[strided(i, shape, sb)])
	}
	return y
}

func floatBinary(kind string) func(a, b float32) float32 {
	switch kind {
	case "Add", "Sum":
		return func(a, b float32) float32 { return a + b }
	case "Sub":
		return func(a, b float32) float32 { return a - b }
	case "Mul":
		return func(a, b float32) float32 { return a * b }
	case "Div":
		return func(a, b float32) float32 { return a / b }
	case "Pow":
		return func(a, b float32) float32 { return float32(math.Pow(float64(a), float64(b))) }
	case "Min":
		return func(a, b float32) float32 { return min(a, b) }
	case "Max":
		return func(a, b float32) float32 { return max(a, b) }
	}
	return nil
}

func comparison[T int64 | float32](kind string) func(a, b T) bool {
	switch kind {
	case "Equal":
		return func(a, b T) bool { return a == b }
	case "Less":
		return func(a, b T) bool { return a < b }
	case "Greater":
		return func(a, b T) bool { return a > b }
	}
	return nil
}

func (n *node) intBinary(kind string) func(a, b int64) int64 {
	divisor := func(b int64) int64 {
		if b == 0 {
			n.bad("division by 0")
		}
		return b
	}
	switch kind {
	case "Add":
		return func(a, b int64) int64 { return a + b }
	case "Sub":
		return func(a, b int64) int64 { return a - b }
	case "Mul":
		return func(a, b int64) int64 { return a * b }
	case "Div": // towards 0, as in C
		return func(a, b int64) int64 { return a / divisor(b) }
	case "Mod": // with the sign of the divisor, as in Python
		return func(a, b int64) int64 {
			m := a % divisor(b)
			if m != 0 && (m < 0) != (b < 0) {
				m += b
			}
			return m
		}
	case "Min":
		return func(a, b int64) int64 { return min(a, b) }
	case "Max":
		return func(a, b int64) int64 { return max(a, b) }
	case "And":
		return func(a, b int64) int64 { return a & b }
	case "Or":
		return func(a, b int64) int64 { return a | b }
	case "Equal", "Less", "Greater":
		return nil
	}
	n.refuse("of integers")
	return nil
}

// unary computes a kind of node on one constant.
func (n *node) unary(kind string, x *onnxfile.Tensor) *onnxfile.Tensor {
	n.check(n.im.spend(x.Shape, 8))
	y := &onnxfile.Tensor{Type: x.Type, Shape: x.Shape}
	if x.Floats != nil {
		f, ok := map[string]func(float64) float64{
			"Neg":   func(v float64) float64 { return -v },
			"Abs":   math.Abs,
			"Floor": math.Floor,
			"Ceil":  math.Ceil,
			"Sqrt":  math.Sqrt,
			"Exp":   math.Exp,
			"Log":   math.Log,
		}[kind]
		if !ok {
			n.refuse("of floating-point constants")
		}
		y.Floats = make([]float32, len(x.Floats))
		for i, v := range x.Floats {
			y.Floats[i] = float32(f(float64(v)))
		}
		return y
	}
	f, ok := map[string]func(int64) int64{
		"Neg": func(v int64) int64 { return -v },
		"Abs": func(v int64) int64 { return max(v, -v) },
		"Not": func(v int64) int64 { return 1 - v },
	}[kind]
	if !ok || kind == "Not" && x.Type != typeBool {
		n.refuse("of integers")
	}
	y.Ints = make([]int64, len(x.Ints))
	for i, v := range x.Ints {
		y.Ints[i] = f(v)
	}
	return y
}

// importWhere reads Where-9 to -16.
func importWhere(n *node) {
	c, a, b := n.operand(0), n.operand(1), n.operand(2)
	if c.Type != typeBool || a.Type != b.Type {
		n.bad("operands of type %v, %v and %v", c.Type, a.Type, b.Type)
	}
	shape, ok := broadcast(a.Shape, b.Shape)
	if ok {
		shape, ok = broadcast(shape, c.Shape)
	}
	if !ok {
		n.bad("operands %v, %v and %v", c.Shape, a.Shape, b.Shape)
	}
	n.check(n.im.spend(shape, 8))
	y := &onnxfile.Tensor{Type: a.Type, Shape: shape}
	sc, sa, sb := repeats(c.Shape, shape), repeats(a.Shape, shape), repeats(b.Shape, shape)
	first := func(i int) bool { return c.Ints[strided(i, shape, sc)] != 0 }
	if a.Floats != nil {
		y.Floats = choose(shape, first, a.Floats, b.Floats, sa, sb)
	} else {
		y.Ints = choose(shape, first, a.Ints, b.Ints, sa, sb)
	}
	n.give(0, n.known(y))
}

func choose[T any](shape tensor.Shape, first func(int) bool, a, b []T, sa, sb []int) []T {
	y := make([]T, shape.Size())
	for i := range y {
		if first(i) {
			y[i] = a[strided(i, shape, sa)]
		} else {
			y[i] = b[strided(i, shape, sb)]
		}
	}
	return y
}

// importRange reads Range-11 on integers.
func importRange(n *node) {
	var bounds [3]int64
	for i := range bounds {
		if v := n.in[i].known; v != nil && v.Floats != nil {
			n.refuse("bounds of type %v", v.Type)
		}
		list := n.knownInts(i, "bounds")
		if len(list) != 1 {
			n.bad("bound %d is %v", i, n.in[i].shape)
		}
		bounds[i] = list[0]
	}
	start, limit, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		n.bad("a step of 0")
	}
	count := math.Ceil((float64(limit) - float64(start)) / float64(step))
	if count > maxDim {
		n.refuse("%.0f numbers", count)
	}
	shape := tensor.Shape{int(max(count, 0))}
	n.check(n.im.spend(shape, 8))
	list := make([]int64, shape[0])
	for i := range list {
		list[i] = start + int64(i)*step
	}
	n.give(0, n.known(intsOf(list, shape)))
}
