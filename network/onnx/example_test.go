package onnx_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// A network of the zoo as a file that other engines read.
func ExampleWrite() {
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := onnx.Write(&file, g); err != nil {
		log.Fatal(err)
	}
	again, err := onnx.Read(&file, "shufflenet.onnx", onnx.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Inputs[0].Shape, "to", again.Outputs[0].Shape)
	// Output: 1x3x224x224 to 1x1000
}
