package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/machine"
	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/network"
)

// system is all that a command may touch of the world, so that tests can give it
// another one.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is one
	args           []string
	blank          bool // large networks get weights of zero: for tests that compute nothing

	now     func() time.Time
	sleep   func(time.Duration)
	machine machine.Probe
	pace    func() (loop, exchange time.Duration)
	// interruptible gives a context that ends when the user interrupts the program,
	// which until stop is called does not end it.
	interruptible func() (ctx context.Context, stop func())

	newCPU       func(threads int) network.Backend
	newCPUHalf   func(threads int) network.Backend // with weights in fp16
	newReference func() network.Backend
	cpuProbes    func(threads int, now func() time.Time) []peak.Probe
	openGPU      func(gpuFlags) (*gpuDevice, error)
	openCompiler func(gpuFlags) (*gpuCompiler, error)
	contexts     []string // names that openGPU takes, in the order to try
}

// gpuDevice is an open GPU.
type gpuDevice struct {
	network.Backend
	info   *gpu.Info
	close  func() error
	probes func(now func() time.Time) []peak.Probe
	tuner
}

// gpuCompiler is a GPU that is only asked to compile.
type gpuCompiler struct {
	info     *gpu.Info
	options  network.PlanOptions
	programs func(*network.Plan) ([]gpu.ProgramReport, error)
	close    func() error
}

// say writes a line to standard error.
func (s *system) say(format string, args ...any) {
	fmt.Fprintf(s.stderr, "gpubench: "+format+"\n", args...)
}

// backendNames are the words for -backend.
func backendNames() []string { return []string{"gpu", "cpu", cpuHalf, "reference"} }

// cpuHalf is the CPU with the weights of fully connected layers in fp16.
const cpuHalf = "cpu-fp16"

// open opens a backend by its name. The caller closes it.
func (s *system) open(name string, threads int, g gpuFlags) (e bench.Entry, close func(), err error) {
	close = func() {}
	start := s.now()
	switch name {
	case "gpu":
		d, err := s.openGPU(g)
		if err != nil {
			return e, close, err
		}
		e, close = bench.Entry{Backend: d.Backend, Tolerance: tolerance(g.precision), Fuse: strings.TrimPrefix(g.fuse, "auto")}, func() { d.close() }
		if d.info != nil {
			e.Software, e.GL = d.info.Software, d.info.Context
		}
	case "cpu":
		e = bench.Entry{Backend: s.newCPU(threads), Threads: threads}
	case cpuHalf:
		e = bench.Entry{Backend: s.newCPUHalf(threads), Threads: threads, Tolerance: tolerance(gpu.Float16.String())}
	case "reference":
		e = bench.Entry{Backend: s.newReference(), Threads: 1}
	default:
		return e, close, unknownBackend(name)
	}
	e.Open = s.now().Sub(start)
	return e, close, nil
}
