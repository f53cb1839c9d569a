package main

import (
	"io"
	"path/filepath"

	"github.com/shufflegl/shufflegl/internal/safefile"
	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// compared are the networks of the zoo that are compared if none are named.
var compared = []string{
	"shufflenet_v1_g1_1.0x", "shufflenet_v1_g2_1.0x", "shufflenet_v1_g3_1.0x", "shufflenet_v1_g4_1.0x", "shufflenet_v1_g8_1.0x",
	"shufflenet_v1_g3_0.5x", "shufflenet_v1_g3_0.25x", "shufflenet_v2_1.0x",
	"squeezenet_1.1", "mobilenet_v1_1.0", "resnet18", "alexnet",
}

// filesOf gives an ONNX file for each model: networks of the zoo are written into folder.
func filesOf(models []string, folder string) (files []string, err error) {
	if len(models) == 0 {
		models = compared
	}
	for _, m := range models {
		if filepath.Ext(m) != ".onnx" {
			if m, err = written(m, folder); err != nil {
				return nil, err
			}
		}
		files = append(files, m)
	}
	return files, nil
}

func written(name, folder string) (file string, err error) {
	g, err := zoo.Build(name, zoo.Options{})
	if err != nil {
		return "", err
	}
	file = filepath.Join(folder, name+".onnx")
	return file, safefile.Save(file, func(w io.Writer) error { return onnx.Write(w, g) })
}
