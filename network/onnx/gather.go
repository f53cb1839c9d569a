package onnx

import (
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// importGather reads Gather-1 to -13 with constant indices: a slice or a channel
// shuffle if it is one.
func importGather(n *node) {
	x := n.in[0]
	indices := n.knownInts(1, "indices")
	axis := n.axis(int64(n.integer("axis", 0, -maxRank, maxRank)), len(x.shape))
	size := x.shape[axis]
	list := make([]int, len(indices))
	for i, k := range indices {
		if k < int64(-size) || k >= int64(size) {
			n.bad("index %d of axis %d of %v", k, axis, x.shape)
		}
		if k < 0 {
			k += int64(size)
		}
		list[i] = int(k)
	}
	shape := slices.Concat(x.shape[:axis], n.in[1].shape, x.shape[axis+1:])
	if len(shape) > maxRank {
		n.refuse("to %d dimensions", len(shape))
	}
	if x.known != nil {
		n.give(0, n.known(n.pick(x.known, axis, list, shape)))
		return
	}
	n.give(0, n.shaped(n.take(x, axis, list), shape))
}

// shaped is v in another shape, if that is another.
func (n *node) shaped(v *value, shape tensor.Shape) *value {
	if v.shape.Equal(shape) {
		return v
	}
	return n.one(network.Reshape{Shape: shape}, v)
}

// take picks indices of one axis of a computed value.
func (n *node) take(x *value, axis int, list []int) *value {
	if len(list) == 0 {
		n.refuse("no indices")
	}
	size := x.shape[axis]
	switch run, step := progression(list); {
	case run == size && step == 1 && list[0] == 0 && len(list) == size:
		return x
	case run == len(list):
		return n.one(network.Slice{Axis: axis, Start: list[0], End: list[run-1] + 1, Step: step}, x)
	}
	if g := shuffleOf(list); axis == 1 && len(list) == size && g > 0 {
		return n.one(network.ChannelShuffle{Groups: g}, x)
	}
	n.larger(resized(x.shape, axis, len(list)))
	n.check(n.im.spend(tensor.Shape{len(list)}, 32))
	return n.one(network.Gather{Axis: axis, Indices: list}, x)
}

// progression is how many of the first indices rise by one step, and that step.
func progression(list []int) (run, step int) {
	if len(list) < 2 || list[1] <= list[0] {
		return 1, 1
	}
	step, run = list[1]-list[0], 2
	for run < len(list) && list[run]-list[run-1] == step {
		run++
	}
	return run, step
}

// shuffleOf gives the groups of the channel shuffle that the indices are, or 0.
func shuffleOf(list []int) int {
	if len(list) < 2 || list[1] < 1 || len(list)%list[1] != 0 {
		return 0
	}
	s := network.ChannelShuffle{Groups: len(list) / list[1]}
	for c, k := range list {
		if s.Source(c, len(list)) != k {
			return 0
		}
	}
	return s.Groups
}
