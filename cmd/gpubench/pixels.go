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

// inputs makes a network's inputs, and says what they are.
func (p pictures) inputs(g *network.Graph) ([]*tensor.Tensor, string, error) {
	ring, what, err := p.ring(g, 1)
	if err != nil {
		return nil, "", err
	}
	return ring[0], what, nil
}

// A ring has at most so many sets of inputs, and takes no more memory than that;
// but always two.
const (
	ringSets  = 8
	ringBytes = 64 << 20
)

// ringSize is how many sets of inputs to prepare for a network.
func ringSize(g *network.Graph) int {
	bytes := 0
	for _, v := range g.Inputs {
		bytes += 4 * v.Shape.Size()
	}
	return min(max(2, ringBytes/max(bytes, 1)), ringSets)
}

// ring makes n different sets of inputs for a network, and says what they are.
// Samples take turns with the pictures; when all were taken, they come again with
// their rows moved on. What is no picture gets seeded noise.
func (p pictures) ring(g *network.Graph, n int) (sets [][]*tensor.Tensor, what string, err error) {
	sets = make([][]*tensor.Tensor, n)
	var notes []string
	for _, v := range g.Inputs {
		if !isPicture(v.Shape) {
			for s := range sets {
				sets[s] = append(sets[s], noise(v.Shape, uint64(s)))
			}
			notes = append(notes, "seeded noise")
			continue
		}
		photos, err := p.prepared(g, v.Shape)
		if err != nil {
			return nil, "", err
		}
		nth := 0
		for s := range sets {
			in := tensor.New(v.Shape...)
			size := len(in.Data) / v.Shape[0]
			for k := range v.Shape[0] {
				moveRows(in.Data[k*size:][:size], photos[nth%len(photos)].Data, v.Shape, nth/len(photos)*rowsOn)
				nth++
			}
			sets[s] = append(sets[s], in)
		}
		notes = append(notes, p.name)
	}
	return sets, strings.Join(notes, "; "), nil
}

// rowsOn is how far a picture moves when it comes again.
const rowsOn = 7

// prepared makes a sample of each picture.
func (p pictures) prepared(g *network.Graph, shape tensor.Shape) ([]*tensor.Tensor, error) {
	pre, _, err := photoFlags{}.choose(g, shape)
	if err != nil {
		return nil, err
	}
	var all []*tensor.Tensor
	for _, img := range p.images {
		t, err := photoFlags{}.apply(pre, img)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// moveRows copies a sample with its rows moved on, around the end.
func moveRows(dst, src []float32, shape tensor.Shape, rows int) {
	plane, cut := shape[2]*shape[3], rows%shape[2]*shape[3]
	for at := 0; at < len(src); at += plane {
		n := copy(dst[at:at+plane], src[at+cut:at+plane])
		copy(dst[at+n:at+plane], src[at:])
	}
}

// isPicture reports whether a shape is that of a batch of colour pictures.
func isPicture(s tensor.Shape) bool { return len(s) == 4 && s[1] == 3 }

func noise(s tensor.Shape, seed uint64) *tensor.Tensor {
	t, r := tensor.New(s...), rand.New(rand.NewPCG(1, 2+seed))
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
