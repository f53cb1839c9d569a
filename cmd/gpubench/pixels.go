package main

import (
	"fmt"
	"image"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// pictures is what to run a network on.
type pictures struct {
	images []image.Image
	name   string // for people
}

// loadPictures reads the photos of a flag's list; an empty list is the test
// picture.
func loadPictures(sys *system, list string) (p pictures, err error) {
	if list == "" {
		return pictures{[]image.Image{bench.Picture(640, 480)}, bench.PictureName}, nil
	}
	paths, err := words("-input", list)
	if err != nil {
		return p, err
	}
	for i, path := range paths {
		img, err := loadPhoto(sys, path)
		if err != nil {
			return p, err
		}
		p.images = append(p.images, img)
		paths[i] = filepath.Base(path)
	}
	p.name = strings.Join(paths, ", ")
	return p, nil
}

// inputs makes a network's inputs, and says what they are. The samples of a
// batch take turns with the pictures. What is no picture gets seeded noise.
func (p pictures) inputs(g *network.Graph) ([]*tensor.Tensor, string, error) {
	var inputs []*tensor.Tensor
	var notes []string
	for _, v := range g.Inputs {
		if !isPicture(v.Shape) {
			inputs, notes = append(inputs, noise(v.Shape)), append(notes, "seeded noise")
			continue
		}
		pre, _, err := photoFlags{}.choose(g, v.Shape)
		if err != nil {
			return nil, "", err
		}
		in := tensor.New(v.Shape...)
		size := len(in.Data) / v.Shape[0]
		for n := range v.Shape[0] {
			t, err := photoFlags{}.apply(pre, p.images[n%len(p.images)])
			if err != nil {
				return nil, "", err
			}
			copy(in.Data[n*size:], t.Data)
		}
		inputs, notes = append(inputs, in), append(notes, p.name)
	}
	return inputs, strings.Join(notes, "; "), nil
}

// isPicture reports whether a shape is that of a batch of colour pictures.
func isPicture(s tensor.Shape) bool { return len(s) == 4 && s[1] == 3 }

func noise(s tensor.Shape) *tensor.Tensor {
	t, r := tensor.New(s...), rand.New(rand.NewPCG(1, 2))
	for i := range t.Data {
		t.Data[i] = float32(r.NormFloat64())
	}
	return t
}

// loadPhoto reads a photo from a file, or from standard input if it is called -.
func loadPhoto(sys *system, path string) (image.Image, error) {
	if path != "-" {
		return tensor.LoadImage(path)
	}
	img, err := tensor.DecodeImage(sys.stdin)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return img, nil
}
