package cpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Evaluate computes a graph node by node and returns every input and every value
// computed, by name. It also takes graphs that network has optimised.
func Evaluate(g *network.Graph, in []*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	values, err := evaluate(g, in)
	if err != nil {
		return nil, err
	}
	named := make(map[string]*tensor.Tensor, len(values))
	for v, t := range values {
		if _, twice := named[v.Name]; twice {
			return nil, fmt.Errorf("cpu: graph %q has two values named %q", g.Name, v.Name)
		}
		named[v.Name] = t
	}
	return named, nil
}

type values map[*network.Value]*tensor.Tensor

// of is the tensor of a value, nil for an absent operand.
func (vs values) of(v *network.Value) *tensor.Tensor {
	if v != nil && v.Const != nil {
		return v.Const
	}
	return vs[v]
}

func evaluate(g *network.Graph, in []*tensor.Tensor) (values, error) {
	if len(in) != len(g.Inputs) {
		return nil, fmt.Errorf("cpu: %d inputs given, graph %q has %d: %w", len(in), g.Name, len(g.Inputs), network.ErrShape)
	}
	vs := values{}
	for i, v := range g.Inputs {
		if !in[i].Shape.Equal(v.Shape) {
			return nil, fmt.Errorf("cpu: input %q is %v, the graph has %v: %w", v.Name, in[i].Shape, v.Shape, network.ErrShape)
		}
		vs[v] = in[i]
	}
	for _, n := range g.Nodes {
		eval := evaluatorOf(n.Op)
		if eval == nil || n.First != nil {
			return nil, unknown(n)
		}
		var operands, outs []*tensor.Tensor
		for _, v := range n.Inputs {
			operands = append(operands, vs.of(v))
		}
		for _, v := range n.Outputs {
			t := tensor.New(v.Shape...)
			outs, vs[v] = append(outs, t), t
		}
		var residual *tensor.Tensor
		if n.AddsLast {
			last := len(operands) - 1
			residual, operands = operands[last], operands[:last]
		}
		eval(outs, operands)
		if residual != nil {
			evalAdd(outs[0], outs[0], residual)
		}
		evalActivation(n.Act, outs[0], outs[0])
	}
	return vs, nil
}

func unknown(n *network.Node) error {
	return fmt.Errorf("cpu: node %q: operator %s (%T): %w", n.Name, n.Op.Kind(), n.Op, network.ErrUnsupported)
}

// evaluator fills a node's outputs from its operands, whose shapes are known to
// fit.
type evaluator func(outs, in []*tensor.Tensor)

// evaluatorOf is the one table of operators; nil for one that is not known.
func evaluatorOf(op network.Op) evaluator {
	type tensors = []*tensor.Tensor
	switch op := op.(type) {
	case network.Conv:
		return func(y, x tensors) { evalConv(op, y[0], x[0], x[1], optional(x, 2)) }
	case network.FullyConnected:
		return func(y, x tensors) { evalFullyConnected(y[0], x[0], x[1], optional(x, 2)) }
	case network.Pool:
		return func(y, x tensors) { evalPool(op, y[0], x[0]) }
	case network.GlobalPool:
		return func(y, x tensors) { evalGlobalPool(op, y[0], x[0]) }
	case network.Softmax:
		return func(y, x tensors) { evalSoftmax(op, y[0], x[0]) }
	case network.Activate:
		return func(y, x tensors) { evalActivation(op.Fn, y[0], x[0]) }
	case network.Binary:
		return func(y, x tensors) { evalBinary(op.Fn, y[0], x[0], x[1]) }
	case network.ConvTranspose:
		return func(y, x tensors) { evalConvTranspose(op, y[0], x[0], x[1], optional(x, 2)) }
	case network.InstanceNorm:
		return func(y, x tensors) { evalInstanceNorm(op, y[0], x[0], x[1], x[2]) }
	case network.LRN:
		return func(y, x tensors) { evalLRN(op, y[0], x[0]) }
	case network.Mean:
		return func(y, x tensors) { evalMean(op, y[0], x[0]) }
	case network.MatMul:
		return func(y, x tensors) { evalMatMul(y[0], x[0], x[1]) }
	case network.Resample:
		return func(y, x tensors) { evalResample(op, y[0], x[0]) }
	case network.BatchNorm:
		return func(y, x tensors) { evalBatchNorm(op, y[0], x[0], x[1], x[2], x[3], x[4]) }
	case network.ChannelShuffle:
		return func(y, x tensors) { evalShuffle(op, y[0], x[0]) }
	case network.Concat:
		return func(y, x tensors) { evalConcat(op, y[0], x) }
	case network.Split:
		return func(y, x tensors) { evalSplit(op, y, x[0]) }
	case network.Slice:
		return func(y, x tensors) { evalSlice(op, y[0], x[0]) }
	case network.Gather:
		return func(y, x tensors) { evalGather(op, y[0], x[0]) }
	case network.Expand:
		return func(y, x tensors) { evalExpand(y[0], x[0]) }
	case network.Rearrange:
		return func(y, x tensors) { evalRearrange(op, y[0], x) }
	case network.Transpose:
		return func(y, x tensors) { evalTranspose(op, y[0], x[0]) }
	case network.Reshape, network.Identity: // same elements in the same order
		return func(y, x tensors) { copy(y[0].Data, x[0].Data) }
	}
	return nil
}

func optional(in []*tensor.Tensor, i int) *tensor.Tensor {
	if i < len(in) {
		return in[i]
	}
	return nil
}
