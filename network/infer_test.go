package network_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

type shapes = []tensor.Shape

func dims(d ...int) tensor.Shape { return d }

// inference is an operator on shapes, and the outputs' shapes or else the error.
type inference struct {
	op   network.Op
	in   shapes // nil: an absent operand
	out  shapes
	want string // what stands between the operands and the reason's end
}

// checkInferences applies each operator to inputs of the shapes given.
func checkInferences(t *testing.T, cases []inference) {
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d_%s", i, c.op.Kind()), func(t *testing.T) {
			g := network.NewGraph("g")
			var in []value
			text := ""
			for i, s := range c.in {
				if s == nil {
					in, text = append(in, nil), text+" none"
					continue
				}
				in, text = append(in, g.Input(fmt.Sprint("x", i), s...)), text+" "+s.String()
			}
			if text == "" {
				text = " "
			}
			outs, err := g.Apply("node", c.op, in...)
			if c.want != "" {
				wantError(t, err, network.ErrShape, fmt.Sprintf("network: %s %q on [%s]: %s: shapes do not fit", c.op.Kind(), "node", text[1:], c.want))
				if len(g.Nodes) > 0 || outs != nil {
					t.Errorf("the graph got a node all the same")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got shapes
			for _, v := range outs {
				got = append(got, v.Shape)
			}
			if !slices.EqualFunc(got, c.out, tensor.Shape.Equal) {
				t.Errorf("%v gives %v, want %v", c.in, got, c.out)
			}
		})
	}
}

// window is a kernel, stride, dilation and pads that are all different.
func window(kh, kw, sh, sw, dh, dw, top, left, bottom, right int) network.Window {
	return network.Window{Kernel: [2]int{kh, kw}, Stride: [2]int{sh, sw}, Dilation: [2]int{dh, dw},
		Pads: network.Pads{Top: top, Left: left, Bottom: bottom, Right: right}}
}

func TestInferConv(t *testing.T) {
	conv := func(k, stride, pad, groups int) network.Conv {
		return network.Conv{Window: network.Square(k, stride, pad), Groups: groups}
	}
	x := dims(2, 6, 9, 7)
	checkInferences(t, []inference{
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 6, 3, 3)}, out: shapes{{2, 4, 9, 7}}},
		{op: conv(3, 2, 1, 0), in: shapes{x, dims(4, 6, 3, 3), dims(4)}, out: shapes{{2, 4, 5, 4}}},
		{op: conv(1, 1, 0, 3), in: shapes{x, dims(9, 2, 1, 1), nil}, out: shapes{{2, 9, 9, 7}}},
		{op: conv(3, 1, 1, 6), in: shapes{x, dims(12, 1, 3, 3)}, out: shapes{{2, 12, 9, 7}}},
		{op: conv(7, 1, 0, 1), in: shapes{x, dims(1, 6, 7, 7)}, out: shapes{{2, 1, 3, 1}}},
		{op: network.Conv{Window: window(2, 3, 3, 2, 2, 1, 1, 0, 2, 3)}, in: shapes{x, dims(4, 6, 2, 3)}, out: shapes{{2, 4, 4, 4}}},
		{op: network.Conv{Window: network.Window{Kernel: [2]int{3, 3}}}, in: shapes{x, dims(4, 6, 3, 3)}, out: shapes{{2, 4, 7, 5}}},

		{op: conv(3, 1, 1, 1), in: shapes{x}, want: "1 inputs, 2 wanted"},
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 6, 3, 3), dims(4), dims(4)}, want: "4 inputs, 2 wanted"},
		{op: conv(3, 1, 1, 1), in: shapes{nil, dims(4, 6, 3, 3)}, want: "input 0 is missing"},
		{op: conv(3, 1, 1, 1), in: shapes{x, nil}, want: "input 1 is missing"},
		{op: conv(3, 1, 1, 1), in: shapes{dims(6, 9, 7), dims(4, 6, 3, 3)}, want: "input is 6x9x7, a feature map NxCxHxW is wanted"},
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 6, 3, 1)}, want: "weights are 4x6x3x1, the kernel is 3x3"},
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 6, 9)}, want: "weights are 4x6x9, the kernel is 3x3"},
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 3, 3, 3)}, want: "6 input channels in 1 groups want weights Mx6xKxK, not 4x3x3x3"},
		{op: conv(3, 1, 1, 3), in: shapes{x, dims(6, 6, 3, 3)}, want: "6 input channels in 3 groups want weights Mx2xKxK, not 6x6x3x3"},
		{op: conv(3, 1, 1, 4), in: shapes{x, dims(4, 1, 3, 3)}, want: "6 input and 4 output channels do not divide into 4 groups"},
		{op: conv(3, 1, 1, 3), in: shapes{x, dims(4, 2, 3, 3)}, want: "6 input and 4 output channels do not divide into 3 groups"},
		{op: conv(3, 1, 1, -1), in: shapes{x, dims(4, 6, 3, 3)}, want: "-1 groups"},
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 6, 3, 3), dims(6)}, want: "bias is 6, 4 output channels"},
		{op: conv(3, 1, 1, 1), in: shapes{x, dims(4, 6, 3, 3), dims(4, 1)}, want: "bias is 4x1, 4 output channels"},
		{op: conv(9, 1, 0, 1), in: shapes{x, dims(4, 6, 9, 9)}, want: "kernel 9x9 (dilation [1 1]) is larger than the padded input 2x6x9x7"},
		{op: network.Conv{Window: window(3, 3, 1, 1, 1, 4, 0, 0, 0, 0)}, in: shapes{x, dims(4, 6, 3, 3)}, want: "kernel 3x3 (dilation [1 4]) is larger than the padded input 2x6x9x7"},
		{op: conv(3, -1, 1, 1), in: shapes{x, dims(4, 6, 3, 3)}, want: "stride [-1 -1], dilation [1 1]: none may be negative"},
		{op: conv(3, 1, -1, 1), in: shapes{x, dims(4, 6, 3, 3)}, want: "pads {-1 -1 -1 -1}: each must be 0 to 16384"},
		{op: network.Conv{}, in: shapes{x, dims(4, 6, 3, 3)}, want: "kernel [0 0], stride [1 1], dilation [1 1]: each must be 1 to 16384"},
	})
}

func TestInferPool(t *testing.T) {
	pool := func(k, stride, pad int, r network.Reduction, ceil bool) network.Pool {
		return network.Pool{Window: network.Square(k, stride, pad), Reduce: r, Ceil: ceil}
	}
	x := dims(2, 3, 8, 7)
	checkInferences(t, []inference{
		{op: pool(3, 2, 1, network.Max, false), in: shapes{x}, out: shapes{{2, 3, 4, 4}}},
		{op: pool(3, 2, 0, network.Average, false), in: shapes{x}, out: shapes{{2, 3, 3, 3}}},
		{op: pool(3, 2, 0, network.Average, true), in: shapes{x}, out: shapes{{2, 3, 4, 3}}},
		{op: pool(2, 3, 1, network.Max, true), in: shapes{dims(1, 1, 6, 6)}, out: shapes{{1, 1, 3, 3}}}, // a fourth window would begin in the padding
		{op: network.GlobalPool{Reduce: network.Max}, in: shapes{x}, out: shapes{{2, 3, 1, 1}}},
		{op: network.GlobalPool{Reduce: network.Average}, in: shapes{x}, out: shapes{{2, 3, 1, 1}}},

		{op: pool(3, 2, 1, network.Max, false), in: nil, want: "0 inputs, 1 wanted"},
		{op: pool(3, 2, 1, network.Max, false), in: shapes{dims(3, 8, 7)}, want: "input is 3x8x7, a feature map NxCxHxW is wanted"},
		{op: pool(3, 2, 3, network.Max, false), in: shapes{x}, want: "padding {3 3 3 3} is wider than the kernel 3x3"},
		{op: network.Pool{Window: window(2, 2, 1, 1, 1, 1, 0, 0, 2, 0)}, in: shapes{x}, want: "padding {0 0 2 0} is wider than the kernel 2x2"},
		{op: network.Pool{Window: window(2, 2, 1, 1, 1, 1, 0, 2, 0, 0)}, in: shapes{x}, want: "padding {0 2 0 0} is wider than the kernel 2x2"},
		{op: network.Pool{Window: window(2, 2, 1, 1, 1, 1, 0, 0, 0, 2)}, in: shapes{x}, want: "padding {0 0 0 2} is wider than the kernel 2x2"},
		{op: network.Pool{Window: window(2, 2, 1, 1, 2, 2, 2, 2, 2, 2)}, in: shapes{x}, out: shapes{{2, 3, 10, 9}}},
		{op: pool(3, 2, 1, 7, false), in: shapes{x}, want: "reduction Reduction(7)"},
		{op: pool(9, 1, 0, network.Max, true), in: shapes{x}, want: "kernel 9x9 (dilation [1 1]) is larger than the padded input 2x3x8x7"},
		{op: network.GlobalPool{}, in: shapes{dims(2, 3)}, want: "input is 2x3, a feature map NxCxHxW is wanted"},
		{op: network.GlobalPool{Reduce: -1}, in: shapes{x}, want: "reduction Reduction(-1)"},
		{op: network.GlobalPool{}, in: shapes{x, x}, want: "2 inputs, 1 wanted"},
	})
}

func TestInferDenseAndElementwise(t *testing.T) {
	c := dims(4)
	relu := network.Activate{Fn: network.ReLU()}
	checkInferences(t, []inference{
		{op: network.FullyConnected{}, in: shapes{dims(2, 5), dims(3, 5)}, out: shapes{{2, 3}}},
		{op: network.FullyConnected{}, in: shapes{dims(2, 5), dims(3, 5), dims(3)}, out: shapes{{2, 3}}},
		{op: network.FullyConnected{}, in: shapes{dims(2, 5), dims(5, 3)}, want: "input 2x5 and weights 5x3, NxK and MxK are wanted"},
		{op: network.FullyConnected{}, in: shapes{dims(2, 5, 1, 1), dims(3, 5)}, want: "input 2x5x1x1 and weights 3x5, NxK and MxK are wanted"},
		{op: network.FullyConnected{}, in: shapes{dims(2, 5), dims(3, 5), dims(5)}, want: "bias is 5, 3 outputs"},
		{op: network.FullyConnected{}, in: shapes{dims(2, 5)}, want: "1 inputs, 2 wanted"},
		{op: network.Softmax{Axis: -1}, in: shapes{dims(2, 5)}, out: shapes{{2, 5}}},
		{op: network.Softmax{Axis: 2}, in: shapes{dims(2, 5)}, want: "axis 2 of 2x5"},
		{op: network.Softmax{Axis: -3}, in: shapes{dims(2, 5)}, want: "axis -3 of 2x5"},
		{op: network.Softmax{}, in: shapes{nil}, want: "input 0 is missing"},
		{op: relu, in: shapes{dims(2, 3, 4, 5, 6)}, out: shapes{{2, 3, 4, 5, 6}}},
		{op: relu, in: shapes{dims(1), dims(1)}, want: "2 inputs, 1 wanted"},
		{op: relu, in: shapes{{}}, out: shapes{{}}}, // a scalar is not absent
		{op: network.Identity{}, in: shapes{dims(2)}, out: shapes{{2}}},
		{op: network.Identity{}, in: nil, want: "0 inputs, 1 wanted"},
		{op: network.Binary{Fn: network.FnAdd}, in: shapes{dims(2, 3), dims(2, 3)}, out: shapes{{2, 3}}},
		{op: network.Binary{Fn: network.FnAdd}, in: shapes{dims(2, 3), dims(3, 2)}, want: "2x3 and 3x2 do not broadcast"},
		{op: network.Binary{Fn: network.FnAdd}, in: shapes{dims(2, 3)}, want: "1 inputs, 2 wanted"},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4), c, c, c, c}, out: shapes{{2, 4}}},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4, 3, 3), c, c, c, c}, out: shapes{{2, 4, 3, 3}}},
		{op: network.BatchNorm{}, in: shapes{c, c, c, c, c}, want: "input 4 has no channel dimension"},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4), dims(5), c, c, c}, want: "scale is 5, the input has 4 channels"},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4), c, dims(5), c, c}, want: "bias is 5, the input has 4 channels"},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4), c, c, dims(5), c}, want: "mean is 5, the input has 4 channels"},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4), c, c, c, dims(1, 4)}, want: "variance is 1x4, the input has 4 channels"},
		{op: network.BatchNorm{}, in: shapes{dims(2, 4), c, c, c}, want: "4 inputs, 5 wanted"},
	})
}
