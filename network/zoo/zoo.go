// Package zoo builds well-known light networks in code, with seeded weights: the
// same name, options and seed give the same network everywhere.
//
// The weights are random but tame (see layers), so that a network from the zoo
// is good for measuring speed and comparing backends, not for recognising
// anything. Batch normalisation is kept as nodes, as in a trained model's file.
//
// To add a family, write one file with its builder and a function that lists its
// entries, and add that function to families.
package zoo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shufflegl/shufflegl/network"
)

// ErrUnknown is wrapped by Build's error for a name that is not in the zoo.
var ErrUnknown = errors.New("not in the zoo")

// Options are what every network of the zoo can vary. The zero value is one
// picture of 224x224.
type Options struct {
	Batch  int // 0 means 1
	Height int // 0 means 224
	Width  int // 0 means 224
	Seed   uint64
}

func (o Options) normal() (Options, error) {
	if o.Batch < 0 || o.Height < 0 || o.Width < 0 {
		return o, fmt.Errorf("zoo: batch %d of %dx%d pixels", o.Batch, o.Height, o.Width)
	}
	if o.Batch == 0 {
		o.Batch = 1
	}
	if o.Height == 0 {
		o.Height = 224
	}
	if o.Width == 0 {
		o.Width = 224
	}
	return o, nil
}

// entry is one name of the zoo and how to build it.
type entry struct {
	name  string
	build func(Options) (*network.Graph, error)
}

// families lists the zoo: one row a family.
func families() [][]entry {
	return [][]entry{
		shuffleNetV1Entries(),
	}
}

// Names lists every network of the zoo, by family.
func Names() []string {
	var names []string
	for _, f := range families() {
		for _, e := range f {
			names = append(names, e.name)
		}
	}
	return names
}

// Build builds the network of that name. Its one input is a batch of pictures
// NxCxHxW and its one output the logits NxClasses. The error for an unknown name
// lists the nearest names and satisfies errors.Is(err, ErrUnknown).
func Build(name string, o Options) (*network.Graph, error) {
	for _, f := range families() {
		for _, e := range f {
			if e.name == name {
				return e.build(o)
			}
		}
	}
	return nil, fmt.Errorf("zoo: %q is %w; near it: %s", name, ErrUnknown, strings.Join(near(name, Names(), 4), ", "))
}
