package main

import (
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/tensor"
)

// loadONNX reads a file, and gives its first input another batch or size where
// the file leaves them open.
func loadONNX(path string, shapes map[string]tensor.Shape, batch, height, width int) (*network.Graph, error) {
	g, err := onnx.Load(path, onnx.Options{Shapes: shapes})
	switch {
	case errors.Is(err, onnx.ErrOpenShape):
		return nil, usagef("-shape: %w", err)
	case err != nil || batch == 0 && height == 0:
		return g, err
	case len(g.Inputs) == 0 || !isPicture(g.Inputs[0].Shape):
		return nil, usagef("-batch, -size: the input of %s is not a picture; use -shape", path)
	}
	in := g.Inputs[0]
	shape := in.Shape.Clone()
	if batch > 0 {
		shape[0] = batch
	}
	if height > 0 {
		shape[2], shape[3] = height, width
	}
	if shape.Equal(in.Shape) {
		return g, nil
	}
	all := maps.Clone(shapes)
	if all == nil {
		all = map[string]tensor.Shape{}
	}
	all[in.Name] = shape
	return onnx.Load(path, onnx.Options{Shapes: all})
}

// parseShapes reads NAME=1x3x224x224,...
func parseShapes(list string) (map[string]tensor.Shape, error) {
	if list == "" {
		return nil, nil
	}
	shapes := map[string]tensor.Shape{}
	for _, part := range strings.Split(list, ",") {
		i := strings.LastIndex(part, "=")
		if i < 1 {
			return nil, usagef("-shape %q: NAME=1x3x224x224 is wanted", part)
		}
		var shape tensor.Shape
		for _, d := range strings.Split(part[i+1:], "x") {
			n, err := strconv.Atoi(d)
			if err != nil || n < 1 {
				return nil, usagef("-shape %q: NAME=1x3x224x224 is wanted", part)
			}
			shape = append(shape, n)
		}
		shapes[part[:i]] = shape
	}
	return shapes, nil
}
