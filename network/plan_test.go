package network

import (
	"fmt"
	"github.com/shufflegl/shufflegl/tensor"
	"testing"
)

func TestSmoke(t *testing.T) {
	b := NewBuilder("unit")
	x := b.Input("x", 1, 24, 14, 14)
	k := func(n string, s ...int) *Value { return b.Const(n, tensor.New(s...)) }
	bn := func(n string, x *Value) *Value {
		c := x.Shape[1]
		return b.Apply(n, BatchNorm{1e-5}, x, k("a", c), k("a", c), k("a", c), k("a", c))
	}
	unit := func(n string, x *Value, stride int) *Value {
		y := b.Apply(n+".g1", Conv{Square(1, 1, 0), 3}, x, k("w", 12, 8, 1, 1))
		y = b.Apply(n+".r1", Activate{ReLU()}, bn(n+".bn1", y))
		y = b.Apply(n+".rs1", Reshape{tensor.Shape{1, 3, 4, y.Shape[2], y.Shape[3]}}, y)
		y = b.Apply(n+".tr", Transpose{[]int{0, 2, 1, 3, 4}}, y)
		y = b.Apply(n+".rs2", Reshape{tensor.Shape{1, 12, x.Shape[2], x.Shape[3]}}, y)
		y = bn(n+".bn2", b.Apply(n+".dw", Conv{Square(3, stride, 1), 12}, y, k("w", 12, 1, 3, 3)))
		y = bn(n+".bn3", b.Apply(n+".g2", Conv{Square(1, 1, 0), 3}, y, k("w", 24, 4, 1, 1)))
		if stride == 1 {
			y = b.Apply(n+".add", Add{}, x, y)
		} else {
			p := b.Apply(n+".pool", Pool{Window: Square(3, 2, 1), Reduce: Average, CountIncludePad: true}, x)
			y = b.Apply(n+".cat", Concat{1}, p, y)
		}
		return b.Apply(n+".relu", Activate{ReLU()}, y)
	}
	y := unit("u1", x, 1)
	y = unit("u2", y, 2)
	y = b.Apply("gap", GlobalPool{Average}, y)
	y = b.Apply("flat", Reshape{tensor.Shape{1, 48}}, y)
	y = b.Apply("fc", FullyConnected{}, y, k("w", 10, 48))
	g, err := b.Build(y)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []PlanOptions{{}, {NoFusion: true}, {Guard: 16, RowAlign: 4}} {
		p, err := NewPlan(g, o)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(p)
	}
}
