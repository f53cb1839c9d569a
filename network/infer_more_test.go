package network_test

import (
	"math"
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

func TestInferOperatorsOfExportedModels(t *testing.T) {
	x, c := dims(2, 6, 4, 5), dims(6)
	transposed := func(k, stride, pad, groups int) network.ConvTranspose {
		return network.ConvTranspose{Window: network.Square(k, stride, pad), Groups: groups}
	}
	add, mul := network.Binary{Fn: network.FnAdd}, network.Binary{Fn: network.FnMul}
	checkInferences(t, []inference{
		{op: transposed(3, 2, 1, 1), in: shapes{x, dims(6, 4, 3, 3)}, out: shapes{{2, 4, 7, 9}}},
		{op: transposed(2, 2, 0, 3), in: shapes{x, dims(6, 1, 2, 2), dims(3)}, out: shapes{{2, 3, 8, 10}}},
		{op: network.ConvTranspose{Window: network.Square(3, 2, 1), Extra: [2]int{1, 0}}, in: shapes{x, dims(6, 4, 3, 3)}, out: shapes{{2, 4, 8, 9}}},
		{op: transposed(3, 2, 1, 1), in: shapes{x, dims(4, 6, 3, 3)}, want: "6 input channels in 1 groups want weights 6xMxKxK, not 4x6x3x3"},
		{op: transposed(3, 2, 1, 4), in: shapes{x, dims(6, 4, 3, 3)}, want: "6 input channels in 4 groups want weights 6xMxKxK, not 6x4x3x3"},
		{op: transposed(3, 2, 1, -1), in: shapes{x, dims(6, 4, 3, 3)}, want: "-1 groups"},
		{op: transposed(3, 2, 1, 1), in: shapes{c, dims(6, 4, 3, 3)}, want: "input is 6, a feature map NxCxHxW is wanted"},
		{op: transposed(3, 2, 1, 1), in: shapes{x, dims(6, 4, 3, 2)}, want: "weights are 6x4x3x2, the kernel is 3x3"},
		{op: transposed(3, 2, 1, 1), in: shapes{x, dims(6, 4, 3, 3), c}, want: "bias is 6, 4 output channels"},
		{op: transposed(3, 1, 9, 1), in: shapes{x, dims(6, 4, 3, 3)}, want: "padding {9 9 9 9} leaves nothing of 2x6x4x5"},
		{op: transposed(3, math.MaxInt32, 1, 1), in: shapes{x, dims(6, 4, 3, 3)}, want: "kernel [3 3], stride [2147483647 2147483647], dilation [1 1]: each must be 1 to 16384"},
		{op: network.ConvTranspose{Window: network.Square(3, 2, 1), Extra: [2]int{0, math.MaxInt32}}, in: shapes{x, dims(6, 4, 3, 3)}, want: "extra [0 2147483647]: each must be 0 to 16384"},
		{op: network.ConvTranspose{Window: network.Square(3, 2, 1), Extra: [2]int{-1, 0}}, in: shapes{x, dims(6, 4, 3, 3)}, want: "extra [-1 0]: each must be 0 to 16384"},

		{op: mul, in: shapes{x, dims(6, 1, 1)}, out: shapes{x}},
		{op: mul, in: shapes{dims(4, 1), dims(3, 1, 5)}, out: shapes{{3, 4, 5}}},
		{op: add, in: shapes{{}, dims(3)}, out: shapes{{3}}},
		{op: add, in: shapes{x, c}, want: "2x6x4x5 and 6 do not broadcast"},
		{op: network.Binary{Fn: 99}, in: shapes{x, x}, want: "no such function"},
		{op: network.Binary{Fn: -1}, in: shapes{x, x}, want: "no such function"},
		{op: network.Activate{Fn: network.Activation{Fn: 99}}, in: shapes{x}, want: "no such function as Function(99)"},
		{op: add, in: shapes{dims(1<<29, 1), dims(1, 1<<29)}, want: "536870912x536870912 has more than 536870912 elements"},

		{op: network.MatMul{}, in: shapes{dims(2, 3, 4), dims(4, 5)}, out: shapes{{2, 3, 5}}},
		{op: network.MatMul{}, in: shapes{dims(2, 3, 4), dims(3, 4)}, want: "2x3x4 and 3x4, ...xMxK and ...xKxN are wanted"},
		{op: network.MatMul{}, in: shapes{dims(4), dims(4, 5)}, want: "4 and 4x5, ...xMxK and ...xKxN are wanted"},
		{op: network.MatMul{}, in: shapes{dims(2, 3, 4), dims(3, 4, 5)}, want: "2x3x4 and 3x4x5 do not broadcast"},
		{op: network.InstanceNorm{}, in: shapes{x, c, c}, out: shapes{x}},
		{op: network.InstanceNorm{}, in: shapes{x, c, dims(5)}, want: "bias is 5, the input has 6 channels"},
		{op: network.InstanceNorm{}, in: shapes{dims(2, 6), c, c}, want: "input is 2x6, NxCxL or NxCxHxW is wanted"},
		{op: network.LRN{Size: 5}, in: shapes{x}, out: shapes{x}},
		{op: network.LRN{}, in: shapes{x}, want: "input is 2x6x4x5, NxCxL or NxCxHxW is wanted; size 0"},
		{op: network.Mean{Axes: []int{2, 3}}, in: shapes{x}, out: shapes{{2, 6}}},
		{op: network.Mean{Axes: []int{1, 3}, Keep: true}, in: shapes{x}, out: shapes{{2, 1, 4, 1}}},
		{op: network.Mean{Axes: []int{3, 2}}, in: shapes{x}, want: "axes [3 2] of 2x6x4x5"},
		{op: network.Mean{Axes: []int{4}}, in: shapes{x}, want: "axes [4] of 2x6x4x5"},
		{op: network.Resample{What: "Pad", Rows: network.Keep(4), Columns: network.PadTaps(network.PadEdge, 5, 1, 2)}, in: shapes{x}, out: shapes{{2, 6, 4, 8}}},
		{op: network.Resample{What: "Pad", Rows: network.Keep(5), Columns: network.Keep(5)}, in: shapes{x}, want: "tap 4 of 4"},
		{op: network.Resample{What: "Pad", Columns: network.Keep(5)}, in: shapes{x}, want: "no output"},
	})
}
