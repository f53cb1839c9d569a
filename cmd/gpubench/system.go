package main

import (
	"fmt"
	"io"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/network"
)

// system is all that a command may touch of the world, so that tests can give it
// another one.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	terminal       bool // stderr is one
	now            func() time.Time

	newCPU       func(threads int) network.Backend
	newReference func() network.Backend
	openGPU      func(context string) (*gpuDevice, error)
	openCompiler func(context string) (*gpuCompiler, error)
	contexts     []string // names that openGPU takes, in the order to try
}

// gpuDevice is an open GPU.
type gpuDevice struct {
	network.Backend
	info  *gpu.Info
	close func() error
}

// gpuCompiler is a GPU that is only asked to compile.
type gpuCompiler struct {
	info     *gpu.Info
	programs func(*network.Plan) ([]gpu.ProgramReport, error)
	close    func() error
}

// say writes a line to standard error.
func (s *system) say(format string, args ...any) {
	fmt.Fprintf(s.stderr, "gpubench: "+format+"\n", args...)
}

// backendNames are the words for -backend.
func backendNames() []string { return []string{"gpu", "cpu", "reference"} }

// open opens a backend by its name. The caller closes it.
func (s *system) open(name string, threads int, context string) (e bench.Entry, close func(), err error) {
	close = func() {}
	switch name {
	case "gpu":
		d, err := s.openGPU(context)
		if err != nil {
			return e, close, err
		}
		return bench.Entry{Backend: d.Backend, Software: d.info != nil && d.info.Software}, func() { d.close() }, nil
	case "cpu":
		return bench.Entry{Backend: s.newCPU(threads), Threads: threads}, close, nil
	case "reference":
		return bench.Entry{Backend: s.newReference(), Threads: 1}, close, nil
	}
	return e, close, unknownBackend(name)
}

// openOrCPU opens the named backend; with no name it is the GPU, or where there
// is none the CPU, which it says.
func (s *system) openOrCPU(name string, threads int, context string) (e bench.Entry, close func(), err error) {
	if name != "" {
		e, close, err = s.open(name, threads, context)
		return e, close, explain(err)
	}
	e, close, err = s.open("gpu", threads, context)
	if err != nil {
		s.say("running on the CPU, for there is no usable GPU: %v", err)
		return s.open("cpu", threads, context)
	}
	return e, close, nil
}
