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

// modelFlags choose networks and their input size.
type modelFlags struct {
	models string
	size   string
	shape  string
	batch  int
	seed   uint64
}

func (m *modelFlags) define(f *flag.FlagSet, model string, several bool) {
	usage := "`M`: a zoo name or a file ending in .onnx"
	if several {
		usage = "`M,M`: zoo names or files ending in .onnx"
	}
	f.StringVar(&m.models, "model", model, usage)
	f.StringVar(&m.size, "size", "", "`HxW`: the input's size, or one number (default the model's own)")
	f.Var((*listFlag)(&m.shape), "shape", "`IN=NxCxHxW`: shape of the input IN, where an .onnx file leaves it open")
	f.IntVar(&m.batch, "batch", 0, "`N`: pictures at once (default the model's own)")
	f.Uint64Var(&m.seed, "seed", 0, "`S`: seed of the zoo's random weights")
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

// list is the names given, at least one.
func (m *modelFlags) list() ([]string, error) {
	names, err := words("-model", m.models)
	if err == nil && m.batch < 0 {
		err = usagef("-batch %d: at least 1", m.batch)
	}
	if err != nil {
		return nil, err
	}
	// A wrong name is found before the right ones have cost time.
	for _, name := range names {
		if isFile(name) {
			if _, err := os.Stat(name); err != nil {
				return nil, err
			}
		} else if !slices.Contains(zoo.Names(), name) {
			_, err := m.load(name)
			return nil, err
		}
	}
	return names, nil
}

// one is the name given, where there can be only one.
func (m *modelFlags) one() (string, error) {
	names, err := m.list()
	if err != nil {
		return "", err
	}
	if len(names) > 1 {
		return "", usagef("-model %s: one model at a time here", m.models)
	}
	return names[0], nil
}

func isFile(name string) bool { return strings.HasSuffix(strings.ToLower(name), ".onnx") }

// load builds or reads a network.
func (m *modelFlags) load(name string) (*network.Graph, error) {
	h, w, err := parseSize(m.size)
	if err != nil {
		return nil, err
	}
	if isFile(name) {
		shapes, err := parseShapes(m.shape)
		if err != nil {
			return nil, err
		}
		return loadONNX(name, shapes, m.batch, h, w)
	}
	g, err := zoo.Build(name, zoo.Options{Batch: m.batch, Height: h, Width: w, Seed: m.seed})
	if errors.Is(err, zoo.ErrUnknown) {
		return nil, usagef("-model: %w; a file must end in .onnx", err)
	}
	return g, err
}

// parseSize reads HxW or a single number; an empty word is 0, 0.
func parseSize(word string) (h, w int, err error) {
	if word == "" {
		return 0, 0, nil
	}
	first, second, both := strings.Cut(word, "x")
	if !both {
		second = first
	}
	h, err1 := strconv.Atoi(first)
	w, err2 := strconv.Atoi(second)
	if err1 != nil || err2 != nil || h < 1 || w < 1 || h > 1<<14 || w > 1<<14 {
		return 0, 0, usagef("-size %q: HxW is wanted, as in 480x640, or one number", word)
	}
	return h, w, nil
}

// words splits a flag's list.
func words(flag, list string) ([]string, error) {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		if parts[i] = strings.TrimSpace(p); parts[i] == "" {
			return nil, usagef("%s %q: a word is missing", flag, list)
		}
	}
	return parts, nil
}

// counts splits a flag's list of positive numbers.
func counts(flag, list string) ([]int, error) {
	parts, err := words(flag, list)
	if err != nil {
		return nil, err
	}
	ns := make([]int, len(parts))
	for i, p := range parts {
		if ns[i], err = strconv.Atoi(p); err != nil || ns[i] < 1 {
			return nil, usagef("%s %q: positive whole numbers are wanted", flag, list)
		}
	}
	return ns, nil
}

// oneOf checks a flag that takes one of a few words.
func oneOf(flag, word string, allowed ...string) error {
	for _, a := range allowed {
		if word == a {
			return nil
		}
	}
	return usagef("unknown %s %q: %s", flag, word, strings.Join(allowed, ", "))
}
