package onnx

import "github.com/shufflegl/shufflegl/network"

// importActivation reads a function of every element by itself: Relu-6 to -14,
// LeakyRelu-6 to -16, Sigmoid-6 to -13 and the like.
func importActivation(n *node) {
	if n.in[0].known != nil && (n.kind == "Sqrt" || n.kind == "Exp") {
		knownUnary(n)
		return
	}
	var a network.Activation
	switch n.kind {
	case "Relu":
		a = network.ReLU()
	case "LeakyRelu":
		a = network.Activation{Fn: network.FnLeakyReLU, A: n.number("alpha", 0.01)}
	case "Sigmoid":
		a.Fn = network.FnSigmoid
	case "HardSigmoid":
		a = network.Activation{Fn: network.FnHardSigmoid, A: n.number("alpha", 0.2), B: n.number("beta", 0.5)}
	case "HardSwish":
		a.Fn = network.FnHardSwish
	case "Tanh":
		a.Fn = network.FnTanh
	case "Elu":
		a = network.Activation{Fn: network.FnELU, A: n.number("alpha", 1)}
	case "Softplus":
		a.Fn = network.FnSoftplus
	case "Exp":
		a.Fn = network.FnExp
	case "Sqrt":
		a.Fn = network.FnSqrt
	}
	n.give(0, n.one(network.Activate{Fn: a}, n.in[0]))
}
