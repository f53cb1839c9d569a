package network

import (
	"errors"
	"fmt"
	"sync"

	"github.com/shufflegl/shufflegl/tensor"
)

// ErrClosed is returned by a session after Close.
var ErrClosed = errors.New("session is closed")

// Session is a network compiled for a backend. It is safe for concurrent use;
// runs take turns, but for those that Submit has put in flight.
type Session struct {
	Plan    *Plan
	Backend Backend

	mu     sync.Mutex
	exec   Executor  // nil once closed
	pipe   Pipeliner // exec, if it is one
	frames []*Frame  // of each of its slots, in flight or done
	next   int       // slot
}

// Compile plans a graph and prepares it on a backend.
func Compile(b Backend, g *Graph) (*Session, error) {
	p, err := PlanFor(b, g)
	if err != nil {
		return nil, err
	}
	return CompilePlan(b, p)
}

// CompilePlan prepares a plan on a backend.
func CompilePlan(b Backend, p *Plan) (*Session, error) {
	exec, err := b.Prepare(p)
	if err != nil {
		return nil, err
	}
	s := &Session{Plan: p, Backend: b, exec: exec}
	if pipe, ok := exec.(Pipeliner); ok && pipe.Slots() > 0 {
		s.pipe, s.frames = pipe, make([]*Frame, pipe.Slots())
	}
	return s, nil
}

// Run computes the network's outputs from its inputs, both in the graph's order.
func (s *Session) Run(inputs ...*tensor.Tensor) ([]*tensor.Tensor, error) {
	outs := s.NewOutputs()
	if err := s.RunInto(outs, inputs); err != nil {
		return nil, err
	}
	return outs, nil
}

// OnDevice stands, among the outputs given to a run or in Frame.Outputs, for one that
// is not to be brought to the CPU. What becomes of it is the backend's: package gpu
// says where it lies, for shaders of the program's own.
var OnDevice = &tensor.Tensor{}

// NewOutputs allocates tensors for RunInto.
func (s *Session) NewOutputs() []*tensor.Tensor {
	outs := make([]*tensor.Tensor, len(s.Plan.Outputs))
	for i, o := range s.Plan.Outputs {
		outs[i] = tensor.New(o.View.Shape...)
	}
	return outs
}

// RunInto is Run into tensors that the caller keeps; it does not allocate. After
// an error, what is in outputs is of no use.
func (s *Session) RunInto(outputs, inputs []*tensor.Tensor) error {
	if err := fit("input", inputs, s.Plan.Inputs); err != nil {
		return err
	}
	if err := fit("output", outputs, s.Plan.Outputs); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == nil {
		return ErrClosed
	}
	return s.exec.Run(outputs, inputs)
}

// Executor lends the backend's executor to f, alone: for tracing, timing and
// tests.
func (s *Session) Executor(f func(Executor) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == nil {
		return ErrClosed
	}
	return f(s.exec)
}

// Close waits for a run under way and for frames in flight, whose Wait still gives
// their results, and frees what the session holds on its backend. Closing twice is
// no error.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == nil {
		return nil
	}
	for slot, f := range s.frames {
		if f != nil {
			f.finish(slot)
		}
	}
	err := s.exec.Close()
	s.exec = nil
	return err
}

func fit(what string, ts []*tensor.Tensor, bs []Binding) error {
	if len(ts) != len(bs) {
		return fmt.Errorf("network: %d %ss given, the network has %d: %w", len(ts), what, len(bs), ErrShape)
	}
	for i, b := range bs {
		if ts[i] == OnDevice && what == "output" {
			continue
		}
		if ts[i] == nil {
			return fmt.Errorf("network: %s %q is nil: %w", what, b.Name, ErrShape)
		}
		if !ts[i].Shape.Equal(b.View.Shape) || len(ts[i].Data) != b.View.Shape.Size() {
			return fmt.Errorf("network: %s %q is %v (%d elements), the network has %v: %w",
				what, b.Name, ts[i].Shape, len(ts[i].Data), b.View.Shape, ErrShape)
		}
	}
	return nil
}
