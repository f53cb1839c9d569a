package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
	"github.com/shufflegl/shufflegl/tensor"
)

// inputs makes the graph's inputs: those of the file that have no initialiser.
func (im *importer) inputs() error {
	unused := maps.Clone(im.options.Shapes)
	var names []string
	for _, p := range im.file.GetInput() {
		name := p.GetName()
		if im.inits[name] != nil {
			continue
		}
		names = append(names, quote(name))
		delete(unused, name)
		if name == "" || im.taken[name] {
			return fmt.Errorf("%w: two inputs named %s, or one without a name", ErrInvalid, quote(name))
		}
		im.taken[name] = true
		shape, err := im.inputShape(p)
		if err != nil {
			return fmt.Errorf("input %s: %w", quote(name), err)
		}
		v := im.graph.Input(name, shape...)
		v.Shape = shape
		im.values[name] = &value{name: name, shape: shape, net: v}
	}
	if len(unused) > 0 {
		return fmt.Errorf("a shape is given for input %s, but the inputs are %s: %w",
			quote(slices.Min(slices.Collect(maps.Keys(unused)))), strings.Join(clipped(names), ", "), network.ErrShape)
	}
	return nil
}

// clipped shortens a list for use in an error.
func clipped(names []string) []string {
	const most = 8
	if len(names) > most {
		return append(names[:most:most], fmt.Sprintf("%d more", len(names)-most))
	}
	return names
}

func (im *importer) inputShape(p *onnxpb.ValueInfoProto) (tensor.Shape, error) {
	t := p.GetType().GetTensorType()
	if t == nil {
		return nil, fmt.Errorf("not a tensor: %w", network.ErrUnsupported)
	}
	if kind := onnxpb.TensorProto_DataType(t.GetElemType()); kind != onnxpb.TensorProto_FLOAT {
		return nil, fmt.Errorf("elements of type %v, only FLOAT: %w", kind, network.ErrUnsupported)
	}
	given, fixed := im.options.Shapes[p.GetName()]
	dims := t.GetShape().GetDim()
	if t.Shape == nil && !fixed {
		return nil, fmt.Errorf("%w: the file gives it no shape; fix it as in %s=1x3x224x224", ErrOpenShape, p.GetName())
	}
	if fixed && t.Shape != nil && len(given) != len(dims) {
		return nil, fmt.Errorf("the shape %v is given, the file says %s: %w", given, describe(dims), network.ErrShape)
	}
	shape := given.Clone()
	if shape == nil {
		shape = make(tensor.Shape, len(dims))
	}
	if len(shape) > maxRank {
		return nil, fmt.Errorf("%d dimensions: %w", len(shape), network.ErrUnsupported)
	}
	for i, d := range dims {
		n, open := dimension(d)
		switch {
		case !open && n == 0:
			return nil, fmt.Errorf("no elements (%s): %w", describe(dims), network.ErrUnsupported)
		case !open && (n < 1 || n > maxDim):
			return nil, fmt.Errorf("%w: its shape is %s", ErrInvalid, describe(dims))
		case !open && fixed && int64(given[i]) != n:
			return nil, fmt.Errorf("the shape %v is given, the file says %s: %w", given, describe(dims), network.ErrShape)
		case !open:
			shape[i] = int(n)
		case !fixed && i == 0:
			shape[i] = 1
		case !fixed:
			return nil, fmt.Errorf("%w: the file says %s; fix it as in %s=%s", ErrOpenShape, describe(dims), p.GetName(), example(dims))
		}
	}
	size := 1
	for _, n := range shape {
		if n < 1 || n > maxElements {
			return nil, fmt.Errorf("the shape %v is given: %w", shape, network.ErrShape)
		}
		if size *= n; size > maxElements {
			return nil, fmt.Errorf("the shape %v has more than %d elements: %w", shape, maxElements, network.ErrShape)
		}
	}
	return shape, nil
}

// maxElements is the largest tensor of package network.
const maxElements = 1 << 29

// dimension gives a dimension's size; open if the file leaves it to the user.
// Some exporters write -1 for that.
func dimension(d *onnxpb.TensorShapeProto_Dimension) (n int64, open bool) {
	v, ok := d.GetValue().(*onnxpb.TensorShapeProto_Dimension_DimValue)
	if !ok || v.DimValue == -1 {
		return 0, true
	}
	return v.DimValue, false
}

// describe writes dimensions as 1x3xHxW.
func describe(dims []*onnxpb.TensorShapeProto_Dimension) string {
	return joinDims(dims, func(_ int, d *onnxpb.TensorShapeProto_Dimension) string {
		if name := d.GetDimParam(); name != "" {
			return strings.Trim(quote(name), `"`)
		}
		return "?"
	})
}

// example writes dimensions with sizes for those that are open.
func example(dims []*onnxpb.TensorShapeProto_Dimension) string {
	return joinDims(dims, func(i int, _ *onnxpb.TensorShapeProto_Dimension) string {
		switch i {
		case 0:
			return "1"
		case 1:
			return "3"
		}
		return "224"
	})
}

func joinDims(dims []*onnxpb.TensorShapeProto_Dimension, open func(int, *onnxpb.TensorShapeProto_Dimension) string) string {
	var parts []string
	for i, d := range dims[:min(len(dims), maxRank)] {
		if n, isOpen := dimension(d); isOpen {
			parts = append(parts, open(i, d))
		} else {
			parts = append(parts, strconv.FormatInt(n, 10))
		}
	}
	return strings.Join(parts, "x")
}
