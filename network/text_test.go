package network_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Tests write small graphs as text, one node a line, and read optimised ones in
// the same language:
//
//	x = input 1x6x4x4
//	c = conv 8 k3 s2 g2 bias : x
//	y = relu : c
//	out y
//
// Behind a fused node's parameters stand what is added (+name) and its
// activation, and last, after a tilde, the activation beyond.

type value = *network.Value

// parse reads a graph. Weights are random, and the same for the same names.
func parse(t testing.TB, text string) *network.Graph {
	t.Helper()
	b := network.NewBuilder("test")
	named := map[string]value{}
	var outs []value
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		left, operands, _ := strings.Cut(line, " : ")
		words := strings.Fields(left)
		if len(words) == 0 {
			continue
		}
		var in []value
		for _, name := range strings.Fields(operands) {
			if named[name] == nil {
				t.Fatalf("%q: no value is named %q", line, name)
			}
			in = append(in, named[name])
		}
		if words[0] == "out" {
			for _, name := range words[1:] {
				outs = append(outs, named[name])
			}
			continue
		}
		name, kind, args := words[0], words[2], words[3:]
		switch kind {
		case "input":
			named[name] = b.Input(name, ints(args[0], "x")...)
		case "const":
			named[name] = b.Const(name, noise(name, ints(args[0], "x")...))
		default:
			op := operator(kind, args)
			values := b.ApplyAll(name, op, append(in, weights(b, name, op, args, in)...)...)
			named[name] = values[0]
			for i, v := range values {
				named[fmt.Sprintf("%s.%d", name, i)] = v
			}
		}
	}
	g, err := b.Build(outs...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func ints(s, separator string) []int {
	var out []int
	for _, f := range strings.Split(s, separator) {
		n, err := strconv.Atoi(f)
		if err != nil {
			panic(err)
		}
		out = append(out, n)
	}
	return out
}

func noise(name string, shape ...int) *tensor.Tensor {
	seed := uint64(0)
	for _, c := range name {
		seed = seed*31 + uint64(c)
	}
	r, t := rand.New(rand.NewPCG(seed, 7)), tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

func operator(kind string, args []string) network.Op {
	letter := func(l string, otherwise int) int {
		for _, a := range args {
			if n, err := strconv.Atoi(strings.TrimPrefix(a, l)); err == nil && strings.HasPrefix(a, l) {
				return n
			}
		}
		return otherwise
	}
	k := letter("k", 1)
	window := network.Square(k, letter("s", 1), letter("p", k/2))
	switch kind {
	case "conv":
		return network.Conv{Window: window, Groups: letter("g", 1)}
	case "fc":
		return network.FullyConnected{}
	case "norm":
		return network.BatchNorm{Epsilon: 1e-3}
	case "relu":
		return network.Activate{Fn: network.ReLU()}
	case "relu6":
		return network.Activate{Fn: network.ReLU6()}
	case "clip":
		lo, _ := strconv.ParseFloat(args[0], 32)
		hi, _ := strconv.ParseFloat(args[1], 32)
		return network.Activate{Fn: network.Clip(float32(lo), float32(hi))}
	case "off":
		return network.Activate{}
	case "add":
		return network.Binary{Fn: network.FnAdd}
	case "maxpool":
		return network.Pool{Window: window}
	case "avgpool":
		return network.Pool{Window: window, Reduce: network.Average}
	case "gap":
		return network.GlobalPool{Reduce: network.Average}
	case "softmax":
		return network.Softmax{Axis: letter("axis", 1)}
	case "shuffle":
		return network.ChannelShuffle{Groups: letter("g", 1)}
	case "concat":
		return network.Concat{Axis: letter("axis", 1)}
	case "split":
		return network.Split{Axis: letter("axis", 1), Sizes: ints(args[0], ",")}
	case "slice":
		r := ints(args[0], ":")
		return network.Slice{Axis: letter("axis", 1), Start: r[0], End: r[1], Step: r[2]}
	case "reshape":
		return network.Reshape{Shape: ints(args[0], "x")}
	case "transpose":
		return network.Transpose{Perm: ints(args[0], ",")}
	case "identity":
		return network.Identity{}
	}
	panic("no operator " + kind)
}

// weights makes up an operator's constant operands.
func weights(b *network.Builder, name string, op network.Op, args []string, in []value) (w []value) {
	add := func(what string, shape ...int) {
		t := noise(name+what, shape...)
		if what == "variance" {
			for i, v := range t.Data {
				t.Data[i] = v*v + 0.5
			}
		}
		w = append(w, b.Const(name+"."+what, t))
	}
	hasBias := len(args) > 0 && args[len(args)-1] == "bias"
	switch op := op.(type) {
	case network.Conv:
		m := ints(args[0], "x")[0]
		add("weight", m, in[0].Shape[1]/op.G(), op.Kernel[0], op.Kernel[1])
		if hasBias {
			add("bias", m)
		}
	case network.FullyConnected:
		m := ints(args[0], "x")[0]
		add("weight", m, in[0].Shape[1])
		if hasBias {
			add("bias", m)
		}
	case network.BatchNorm:
		for _, what := range []string{"scale", "bias", "mean", "variance"} {
			add(what, in[0].Shape[1])
		}
	}
	return w
}
