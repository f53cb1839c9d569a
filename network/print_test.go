package network_test

import (
	"fmt"
	"strings"

	"github.com/shufflegl/shufflegl/network"
)

// print writes a graph's nodes in the language of parse.
func print(g *network.Graph) string {
	var b strings.Builder
	for _, n := range g.Nodes {
		fmt.Fprintln(&b, line(n))
	}
	return b.String()
}

func line(n *network.Node) string {
	operands, added := n.Inputs, ""
	if n.AddsLast {
		added = " +" + operands[len(operands)-1].Name
		operands = operands[:len(operands)-1]
	}
	words := []string{n.Outputs[0].Name, "="}
	if len(n.Outputs) > 1 {
		words[0] = n.Name
	}
	words = append(words, kindAndParameters(n, operands)...)
	s := strings.Join(words, " ") + added
	if n.Act != (network.Activation{}) {
		s += " " + n.Act.String()
	}
	if n.Beyond != (network.Activation{}) {
		s += " ~" + n.Beyond.String()
	}
	s += " :"
	switch n.Op.(type) {
	case network.Conv, network.FullyConnected, network.BatchNorm:
		operands = operands[:1]
	}
	for _, v := range operands {
		s += " " + v.Name
	}
	return s
}

func kindAndParameters(n *network.Node, operands []value) (words []string) {
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	window := func(w network.Window) {
		if w.Kernel[0] != 1 {
			add("k%d", w.Kernel[0])
		}
		if w.Stride[0] != 1 {
			add("s%d", w.Stride[0])
		}
	}
	axis := func(a int) {
		if a != 1 {
			add("axis%d", a)
		}
	}
	switch op := n.Op.(type) {
	case network.Conv:
		add("conv %d", operands[1].Shape[0])
		window(op.Window)
		if op.G() > 1 {
			add("g%d", op.G())
		}
	case network.FullyConnected:
		add("fc %d", operands[1].Shape[0])
	case network.BatchNorm:
		add("norm")
	case network.Activate:
		add("%s", op.Fn)
	case network.Pool:
		add("%s", map[network.Reduction]string{network.Max: "maxpool", network.Average: "avgpool"}[op.Reduce])
		window(op.Window)
	case network.GlobalPool:
		add("gap")
	case network.ChannelShuffle:
		add("shuffle g%d", op.Groups)
	case network.Split:
		add("split %s", joined(op.Sizes, ","))
		axis(op.Axis)
	case network.Slice:
		add("slice %d:%d:%d", op.Start, op.End, op.Step)
		axis(op.Axis)
	case network.Reshape:
		add("reshape %v", op.Shape)
	case network.Transpose:
		add("transpose %s", joined(op.Perm, ","))
	case network.Concat:
		add("concat")
		axis(op.Axis)
	default:
		add("%s", strings.ToLower(n.Op.Kind()))
	}
	switch n.Op.(type) {
	case network.Conv, network.FullyConnected:
		if len(operands) > 2 && operands[2] != nil {
			add("bias")
		}
	}
	return words
}

func joined(ns []int, separator string) string {
	var parts []string
	for _, n := range ns {
		parts = append(parts, fmt.Sprint(n))
	}
	return strings.Join(parts, separator)
}
