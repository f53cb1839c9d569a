package main

import (
	"errors"
	"flag"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// defaultModel is the network that the project is named after.
const defaultModel = "shufflenet_v1_g3_1.0x"

// modelFlags choose networks, their batches and input sizes.
type modelFlags struct {
	models, sizes, batches string
	shape                  string
	seed                   uint64
}

// variant is a network of one batch and input size.
type variant struct {
	name          string // of the zoo, or a file
	batch         int    // 0 is the model's own, as for the size
	height, width int
}

// define declares the flags but for -batch, of one model or of several.
func (m *modelFlags) define(f *flag.FlagSet, model string, several bool) {
	f.StringVar(&m.models, "model", model, listed("M", several)+"name or .onnx file")
	f.StringVar(&m.sizes, "size", "", listed("HxW", several)+"of the input")
	f.Var((*listFlag)(&m.shape), "shape", "`IN=NxCxHxW`: if not in the file")
	f.Uint64Var(&m.seed, "seed", 0, "`S`: of the zoo's weights")
}

func (m *modelFlags) defineBatch(f *flag.FlagSet, several bool) {
	f.StringVar(&m.batches, "batch", "", listed("N", several)+"pictures at once")
}

// listed begins the text of a flag that may take a list.
func listed(what string, several bool) string {
	if several {
		what += "," + what
	}
	return "`" + what + "`: "
}

// listFlag is a flag that may be given several times: its words are joined by
// commas.
type listFlag string

func (l *listFlag) String() string { return string(*l) }

func (l *listFlag) Set(word string) error {
	if *l != "" {
		*l += ","
	}
	*l += listFlag(word)
	return nil
}

// variants is each model at each batch and size, at least one.
func (m *modelFlags) variants() ([]variant, error) {
	names, err := words("-model", m.models)
	if err != nil {
		return nil, err
	}
	sizes := [][2]int{{}}
	if m.sizes != "" {
		if sizes, err = parseSizes(m.sizes); err != nil {
			return nil, err
		}
	}
	batches := []int{0}
	if m.batches != "" {
		if batches, err = counts("-batch", m.batches); err != nil {
			return nil, err
		}
	}
	if _, err := parseShapes(m.shape); err != nil {
		return nil, err
	}
	var all []variant
	for _, name := range names {
		// A wrong name is found before the right ones have cost time.
		if isFile(name) {
			if _, err := os.Stat(name); err != nil {
				return nil, err
			}
		} else if !slices.Contains(zoo.Names(), name) {
			_, err := m.load(variant{name: name})
			return nil, err
		}
		for _, batch := range batches {
			for _, s := range sizes {
				all = append(all, variant{name, batch, s[0], s[1]})
			}
		}
	}
	if m.shape != "" && !slices.ContainsFunc(names, isFile) {
		return nil, usagef("-shape: built-in networks take -size and -batch")
	}
	return all, nil
}

// one is the variant given, where there can be only one.
func (m *modelFlags) one() (variant, error) {
	all, err := m.variants()
	if err != nil {
		return variant{}, err
	}
	for _, f := range []struct{ name, list string }{{"-model", m.models}, {"-batch", m.batches}, {"-size", m.sizes}} {
		if strings.Contains(f.list, ",") {
			return variant{}, usagef("%s %s: one %s at a time here", f.name, f.list, f.name[1:])
		}
	}
	if len(all) > 1 {
		return variant{}, usagef("-batch %s: one batch at a time here", m.batches)
	}
	return all[0], nil
}

func isFile(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".onnx") }

// load builds or reads a network.
func (m *modelFlags) load(v variant) (*network.Graph, error) {
	if isFile(v.name) {
		shapes, err := parseShapes(m.shape)
		if err != nil {
			return nil, err
		}
		return loadONNX(v.name, shapes, v.batch, v.height, v.width)
	}
	g, err := zoo.Build(v.name, zoo.Options{Batch: v.batch, Height: v.height, Width: v.width, Seed: m.seed})
	if errors.Is(err, zoo.ErrUnknown) {
		return nil, usagef("-model: %w; a file must end in .onnx", err)
	}
	return g, err
}

// parseSizes reads HxW or single numbers.
func parseSizes(list string) ([][2]int, error) {
	all, err := words("-size", list)
	if err != nil {
		return nil, err
	}
	var sizes [][2]int
	for _, word := range all {
		first, second, both := strings.Cut(word, "x")
		if !both {
			second = first
		}
		h, err1 := strconv.Atoi(first)
		w, err2 := strconv.Atoi(second)
		if err1 != nil || err2 != nil || h < 1 || w < 1 || h > 1<<14 || w > 1<<14 {
			return nil, usagef("-size %q: HxW is wanted, as in 480x640, or one number", word)
		}
		sizes = append(sizes, [2]int{h, w})
	}
	return sizes, nil
}
