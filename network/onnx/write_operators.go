package onnx

import (
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// part is one of the ONNX operators that a node comes to, one after the other: the first
// has the node's inputs, each other what the one before makes.
type part struct {
	kind       string
	attributes []*onnxpb.AttributeProto
	again      []int // inputs of the node that it has besides
	constants  []any // and what ONNX has as inputs: []int64, float32, or nil
}

func single(kind string, attributes ...*onnxpb.AttributeProto) []part {
	return []part{{kind: kind, attributes: attributes}}
}

func with(kind string, constants ...any) []part { return []part{{kind: kind, constants: constants}} }

// partsOf is what a node comes to in ONNX, if there is something.
func partsOf(n *network.Node) (parts []part, ok bool) {
	switch op := n.Op.(type) {
	case network.Conv:
		return single("Conv", append(windowAttributes(op.Window), integerOf("group", op.G()))...), true
	case network.ConvTranspose:
		return single("ConvTranspose", append(windowAttributes(op.Window), integerOf("group", op.G()), integersOf("output_padding", op.Extra[:]...))...), true
	case network.Pool:
		attributes := append(windowAttributes(op.Window), integerOf("ceil_mode", bit(op.Ceil)))
		if op.Reduce == network.Average {
			if op.Normal().Dilation != [2]int{1, 1} { // ONNX has that since 19
				return nil, false
			}
			attributes = append(attributesBut(attributes, "dilations"), integerOf("count_include_pad", bit(op.CountIncludePad)))
		}
		return single(op.Kind(), attributes...), true
	case network.GlobalPool:
		return single(op.Kind()), true
	case network.FullyConnected:
		return single("Gemm", integerOf("transB", 1)), true
	case network.MatMul:
		return single("MatMul"), true
	case network.Softmax:
		return single("Softmax", integerOf("axis", op.Axis)), true
	case network.BatchNorm:
		return single("BatchNormalization", numberOf("epsilon", op.Epsilon)), true
	case network.InstanceNorm:
		return single("InstanceNormalization", numberOf("epsilon", op.Epsilon)), true
	case network.LRN:
		return single("LRN", integerOf("size", op.Size), numberOf("alpha", op.Alpha), numberOf("beta", op.Beta), numberOf("bias", op.Bias)), true
	case network.Activate:
		return activationParts(op.Fn)
	case network.Binary:
		if op.Fn == network.FnPReLU {
			return single("PRelu"), true
		}
		return single(op.Kind()), true
	case network.Mean:
		if len(op.Axes) == 0 {
			return single("Identity"), true
		}
		return single("ReduceMean", integersOf("axes", op.Axes...), integerOf("keepdims", bit(op.Keep))), true
	case network.ChannelShuffle:
		s := n.Inputs[0].Shape
		perm := []int{0, 2, 1}
		for d := range s[2:] {
			perm = append(perm, 3+d)
		}
		cut := append(longs(s[0], op.Groups, s[1]/op.Groups), longs(s[2:]...)...)
		return []part{{kind: "Reshape", constants: []any{cut}}, single("Transpose", integersOf("perm", perm...))[0], {kind: "Reshape", constants: []any{longs(s...)}}}, true
	case network.Concat:
		return single("Concat", integerOf("axis", op.Axis)), true
	case network.Split:
		return []part{{kind: "Split", attributes: []*onnxpb.AttributeProto{integerOf("axis", op.Axis)}, constants: []any{longs(op.Sizes...)}}}, true
	case network.Slice:
		return with("Slice", longs(op.Start), longs(op.End), longs(op.Axis), longs(op.Step)), true
	case network.Gather:
		return []part{{kind: "Gather", attributes: []*onnxpb.AttributeProto{integerOf("axis", op.Axis)}, constants: []any{longs(op.Indices...)}}}, true
	case network.Expand:
		return with("Expand", longs(op.Shape...)), true
	case network.Reshape:
		return with("Reshape", longs(op.Shape...)), true
	case network.Transpose:
		return single("Transpose", integersOf("perm", op.Perm...)), true
	case network.Identity:
		return single("Identity"), true
	}
	return nil, false
}

func activationParts(a network.Activation) (parts []part, ok bool) {
	switch a.Fn {
	case network.FnNone:
		return single("Identity"), true
	case network.FnClamp:
		if a == network.ReLU() {
			return single("Relu"), true
		}
		bounds := []any{a.A, a.B}
		for i, v := range []float32{a.A, a.B} {
			if math.IsInf(float64(v), 2*i-1) {
				bounds[i] = nil
			}
		}
		return with("Clip", bounds...), true
	case network.FnLeakyReLU:
		return single("LeakyRelu", numberOf("alpha", a.A)), true
	case network.FnSigmoid:
		return single("Sigmoid"), true
	case network.FnHardSigmoid:
		return single("HardSigmoid", numberOf("alpha", a.A), numberOf("beta", a.B)), true
	case network.FnHardSwish:
		return single("HardSwish"), true
	case network.FnSiLU: // ONNX has one since 24
		return []part{{kind: "Sigmoid"}, {kind: "Mul", again: []int{0}}}, true
	case network.FnTanh:
		return single("Tanh"), true
	case network.FnELU:
		return single("Elu", numberOf("alpha", a.A)), true
	case network.FnSoftplus:
		return single("Softplus"), true
	case network.FnExp:
		return single("Exp"), true
	case network.FnSqrt:
		return single("Sqrt"), true
	}
	return nil, false
}

func windowAttributes(w network.Window) []*onnxpb.AttributeProto {
	w = w.Normal()
	return []*onnxpb.AttributeProto{
		integersOf("kernel_shape", w.Kernel[:]...), integersOf("strides", w.Stride[:]...), integersOf("dilations", w.Dilation[:]...),
		integersOf("pads", w.Pads.Top, w.Pads.Left, w.Pads.Bottom, w.Pads.Right),
	}
}

func attributesBut(list []*onnxpb.AttributeProto, name string) (rest []*onnxpb.AttributeProto) {
	for _, a := range list {
		if a.GetName() != name {
			rest = append(rest, a)
		}
	}
	return rest
}

func integerOf(name string, v int) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: &name, Type: onnxpb.AttributeProto_INT.Enum(), I: proto.Int64(int64(v))}
}

func integersOf(name string, v ...int) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: &name, Type: onnxpb.AttributeProto_INTS.Enum(), Ints: longs(v...)}
}

func numberOf(name string, v float32) *onnxpb.AttributeProto {
	return &onnxpb.AttributeProto{Name: &name, Type: onnxpb.AttributeProto_FLOAT.Enum(), F: &v}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
