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

// pictureInputs makes inputs for a network out of photos (or, with no paths, of
// the test picture), and says what they are. The samples of a batch take turns
// with the photos. What is no picture gets seeded noise.
func pictureInputs(sys *system, g *network.Graph, photos photoFlags, paths []string) ([]*tensor.Tensor, string, error) {
	var inputs []*tensor.Tensor
	var notes []string
	for _, v := range g.Inputs {
		if !isPicture(v.Shape) {
			inputs, notes = append(inputs, noise(v.Shape)), append(notes, "seeded noise")
			continue
		}
		images, note := []image.Image{bench.Picture(640, 480)}, bench.PictureName
		if len(paths) > 0 {
			images, note = nil, ""
			for _, path := range paths {
				img, err := loadPhoto(sys, path)
				if err != nil {
					return nil, "", err
				}
				images, note = append(images, img), note+", "+filepath.Base(path)
			}
			note = strings.TrimPrefix(note, ", ")
		}
		p, _, err := photos.choose(g, v.Shape)
		if err != nil {
			return nil, "", err
		}
		in := tensor.New(v.Shape...)
		size := len(in.Data) / v.Shape[0]
		for n := range v.Shape[0] {
			t, err := p.Apply(images[n%len(images)])
			if err != nil {
				return nil, "", err
			}
			copy(in.Data[n*size:], t.Data)
		}
		inputs, notes = append(inputs, in), append(notes, note)
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
