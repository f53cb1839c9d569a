package main

import (
	"flag"
	"strings"

	"github.com/shufflegl/shufflegl/gpu"
)

// gpuFlags say how to open the GPU. The zero value is how it is opened by default.
type gpuFlags struct {
	context, precision string
	frames             int // in flight at most; no flag of its own
}

func (g *gpuFlags) define(f *flag.FlagSet) {
	f.StringVar(&g.context, "context", "auto", "`auto|egl|glfw`: how to reach the GPU")
}

// defineLists is define for a command that measures several precisions.
func (g *gpuFlags) defineLists(f *flag.FlagSet) {
	g.define(f)
	f.StringVar(&g.precision, "precision", "fp32", "`"+strings.Join(precisions(), ",")+"`: of the GPU's maps and weights")
}

// precisions are the words of -precision.
func precisions() []string { return []string{"fp32"} }

// check finds mistakes before anything costs time.
func (g *gpuFlags) check() error { return checkContext(g.context) }

// each takes the lists apart.
func (g *gpuFlags) each() ([]gpuFlags, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	list, err := words("-precision", g.precision)
	if err != nil {
		return nil, err
	}
	var all []gpuFlags
	for _, p := range list {
		if err := oneOf("-precision", p, precisions()...); err != nil {
			return nil, err
		}
		all = append(all, gpuFlags{context: g.context, precision: p})
	}
	return all, nil
}

// options is what the flags mean.
func (g *gpuFlags) options() gpu.Options {
	return gpu.Options{Contexts: providers(g.context), Frames: g.frames}
}
