package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// loadONNX is the seam to package onnx.
func loadONNX(path string, shapes map[string]tensor.Shape, batch, height, width int) (*network.Graph, error) {
	return nil, fmt.Errorf("%s: ONNX files cannot be read yet", path)
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
