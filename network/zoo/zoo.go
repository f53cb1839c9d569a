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
	Blank  bool // weights of zero: quick, for what depends on shapes alone
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
	name   string
	source string // where the network was published
	heavy  bool   // see Light
	build  func(Options) (*network.Graph, error)
}

// families lists the zoo: one row a family.
func families() [][]entry {
	return [][]entry{
		shuffleNetV1Entries(),
		shuffleNetV2Entries(),
		mobileNetV1Entries(),
		mobileNetV2Entries(),
		squeezeNetEntries(),
		alexNetEntries(),
		resNetEntries(),
		vggEntries(),
	}
}

// Names lists every network of the zoo, by family.
func Names() []string { return list(func(entry) bool { return true }) }

// Light lists those of less than a thousand million multiply-adds whose every
// weight tensor is below 128 MiB, the least that OpenGL ES 3.1 guarantees for a
// buffer: what a test of the whole zoo can afford at 224x224.
func Light() []string { return list(func(e entry) bool { return !e.heavy }) }

func list(which func(entry) bool) []string {
	var names []string
	for _, f := range families() {
		for _, e := range f {
			if which(e) {
				names = append(names, e.name)
			}
		}
	}
	return names
}

func find(name string) (entry, error) {
	for _, f := range families() {
		for _, e := range f {
			if e.name == name {
				return e, nil
			}
		}
	}
	return entry{}, fmt.Errorf("zoo: %q is %w; near it: %s", name, ErrUnknown, strings.Join(near(name, Names(), 4), ", "))
}

// Source says where a network was published. Its error is Build's.
func Source(name string) (string, error) {
	e, err := find(name)
	return e.source, err
}

// Build builds the network of that name. Its one input is a batch of pictures
// NxCxHxW and its one output the logits NxClasses. The error for an unknown name
// lists the nearest names and satisfies errors.Is(err, ErrUnknown).
func Build(name string, o Options) (*network.Graph, error) {
	e, err := find(name)
	if err != nil {
		return nil, err
	}
	return e.build(o)
}

// start normalises a family's options and begins a network.
func start(name string, o Options) (*layers, Options, error) {
	o, err := o.normal()
	if err != nil {
		return nil, o, err
	}
	return newLayers(name, o), o, nil
}

// Parameters counts the weights that training would adjust: all constants but
// the statistics of batch normalisation.
func Parameters(g *network.Graph) int {
	seen, count := map[*network.Value]bool{}, 0
	for _, n := range g.Nodes {
		for i, v := range n.Inputs {
			if _, norm := n.Op.(network.BatchNorm); v == nil || v.Const == nil || seen[v] || norm && i > 2 {
				continue
			}
			seen[v] = true
			count += len(v.Const.Data)
		}
	}
	return count
}
