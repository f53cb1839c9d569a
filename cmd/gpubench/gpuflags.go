package main

import (
	"flag"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/network"
)

// gpuFlags say how to open the GPU. The zero value is how it is opened by default.
type gpuFlags struct {
	context, precision, maps, fuse string
	frames                         int // in flight at most; no flag of its own
}

func (g *gpuFlags) define(f *flag.FlagSet) {
	f.StringVar(&g.context, "context", "auto", "`auto|egl|glfw`: way to GPU")
}

// defineStorage is for commands that run networks.
func (g *gpuFlags) defineStorage(f *flag.FlagSet) {
	f.StringVar(&g.precision, "precision", "fp32", "`"+strings.Join(precisions(), "|")+"`: on GPU")
	f.StringVar(&g.maps, "maps", "auto", "`M`: "+strings.Join(mapWords()[1:], ", "))
}

// defineLists is for a command that measures several of each.
func (g *gpuFlags) defineLists(f *flag.FlagSet) {
	g.define(f)
	f.StringVar(&g.precision, "precision", "fp32", "`"+strings.Join(precisions(), ",")+"`: on GPU")
	f.StringVar(&g.maps, "maps", "auto", "`M,M`: "+strings.Join(mapWords()[1:], ","))
	f.StringVar(&g.fuse, "fuse", "auto", "`F,F`: on the GPU, as for plan")
}

// defineFuse is for commands that look at how a network is planned.
func (g *gpuFlags) defineFuse(f *flag.FlagSet) {
	f.StringVar(&g.fuse, "fuse", "", "`K+K`: "+strings.Join(network.FusionNames(), "+")+", all or none")
}

// fusion is what -fuse means: 0 for what pays by the model of costs.
func (g *gpuFlags) fusion() (network.Fusion, error) {
	if g.fuse == "" || g.fuse == "auto" {
		return 0, nil
	}
	f, err := network.ParseFusion(g.fuse)
	if err != nil {
		return 0, usagef("-fuse %q: auto, all, none, or some of %s with + between", g.fuse, strings.Join(network.FusionNames(), ", "))
	}
	return f | network.FuseAlways, nil
}

// precisions are the words of -precision.
func precisions() []string {
	return []string{gpu.Float32.String(), gpu.Float16.String(), gpu.Float16Arithmetic.String()}
}

// mapWords are the words of -maps.
func mapWords() []string {
	return []string{gpu.MapsAuto.String(), gpu.MapsBuffer.String(), gpu.MapsTexture.String(), gpu.MapsTextureBuffer.String()}
}

// precisionOf is what a word of -precision means.
func precisionOf(word string) gpu.Precision {
	return gpu.Precision(max(0, slices.Index(precisions(), word)))
}

// mapsOf is what a word of -maps means.
func mapsOf(word string) gpu.Maps { return gpu.Maps(max(0, slices.Index(mapWords(), word))) }

// check finds mistakes before anything costs time.
func (g *gpuFlags) check() error {
	if err := checkContext(g.context); err != nil {
		return err
	}
	if g.precision != "" {
		if err := oneOf("-precision", g.precision, precisions()...); err != nil {
			return err
		}
	}
	if _, err := g.fusion(); err != nil || g.maps == "" {
		return err
	}
	return oneOf("-maps", g.maps, mapWords()...)
}

// each takes the lists apart: each precision with each place for maps, and each with
// each way to fuse.
func (g *gpuFlags) each() ([]gpuFlags, error) {
	ps, err := words("-precision", g.precision)
	if err != nil {
		return nil, err
	}
	ms, err := words("-maps", g.maps)
	if err != nil {
		return nil, err
	}
	fs, err := words("-fuse", g.fuse)
	if err != nil {
		return nil, err
	}
	var all []gpuFlags
	for _, p := range ps {
		for _, m := range ms {
			for _, fuse := range fs {
				one := gpuFlags{context: g.context, precision: p, maps: m, fuse: fuse}
				if err := one.check(); err != nil {
					return nil, err
				}
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// options is what the flags mean.
func (g *gpuFlags) options() gpu.Options {
	fuse, _ := g.fusion() // check has seen it
	return gpu.Options{Contexts: providers(g.context), Frames: g.frames, Precision: precisionOf(g.precision), Maps: mapsOf(g.maps), Fuse: fuse}
}

// inHalves reports whether a word of -precision means elements of 16 bits.
func inHalves(word string) bool { return precisionOf(word).Bytes() == gpu.Float16.Bytes() }

// tolerance is the largest relative error that counts as right in a precision.
func tolerance(precision string) float64 {
	if precision == "" || precision == gpu.Float32.String() {
		return bench.Tolerance
	}
	return 1e-2
}
