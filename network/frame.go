package network

import (
	"errors"
	"fmt"
	"sync"

	"github.com/shufflegl/shufflegl/tensor"
)

// Errors of frames.
var (
	ErrInFlight     = errors.New("the frame is in flight: wait for it first")
	ErrNotSubmitted = errors.New("the frame was not submitted")
)

// A Frame is a run that need not be waited for at once: Session.Submit starts it,
// Wait gives its outputs. A program that submits the next frame before it waits
// for the last keeps a GPU busy while it reads the camera and draws boxes; see
// the example. Frames are made once, by NewFrame, and used over and over.
//
// A frame may be waited for by several goroutines, and submitted by one at a time.
type Frame struct {
	// Outputs are where Wait finds the results, in the graph's order. They may be
	// replaced by others of the same shapes, or by OnDevice, for the next Submit,
	// while the frame is not in flight; while it is they are of no use.
	Outputs []*tensor.Tensor

	session *Session
	mu      sync.Mutex // held while the frame is being finished
	slot    int        // of the executor's where it is under way, or -1
	err     error      // of the last run
}

// NewFrame makes a frame for Submit, with outputs of its own. Two are enough to
// keep a backend busy; each takes memory for a set of outputs.
func (s *Session) NewFrame() *Frame {
	return &Frame{Outputs: s.NewOutputs(), session: s, slot: -1, err: ErrNotSubmitted}
}

// Submit starts a run on inputs, in the graph's order, and returns without waiting
// for it. The inputs are the caller's again when Submit returns. Frames are
// computed in the order of their Submits, and it does not matter whether or in
// which order they are waited for: when a backend has no room for one more frame
// in flight, Submit finishes the oldest, whose Wait then has nothing to wait for.
// On a backend that can't have runs under way, such as the CPU, Submit is the run.
//
// An error means that the frame was not begun: inputs that do not fit (ErrShape), a
// frame still in flight (ErrInFlight), a closed session (ErrClosed), or the
// backend's reason. What goes wrong later comes out of Wait. Submit does not allocate.
func (s *Session) Submit(f *Frame, inputs ...*tensor.Tensor) error {
	if err := fit("input", inputs, s.Plan.Inputs); err != nil {
		return err
	}
	return s.submit(f,
		func() error { return s.exec.Run(f.Outputs, inputs) },
		func(slot int) error { return s.pipe.Begin(slot, f.Outputs, inputs) })
}

// submit starts a frame in a slot by begin, or where there are no slots by run.
func (s *Session) submit(f *Frame, run func() error, begin func(slot int) error) error {
	if f == nil || f.session != s {
		return fmt.Errorf("network: the frame is not one of this session's NewFrame: %w", ErrNotSubmitted)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == nil {
		return ErrClosed
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slot >= 0 {
		return ErrInFlight
	}
	if err := fit("output", f.Outputs, s.Plan.Outputs); err != nil {
		return err
	}
	if s.pipe == nil {
		f.err = run()
		return nil
	}
	slot := s.next
	if old := s.frames[slot]; old != nil && old != f {
		old.finish(slot)
	}
	s.frames[slot] = nil
	if f.err = begin(slot); f.err != nil {
		return f.err
	}
	f.slot, s.frames[slot] = slot, f
	s.next = (slot + 1) % len(s.frames)
	return nil
}

// finish waits for the frame if it is still in the slot.
func (f *Frame) finish(slot int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.slot == slot {
		f.wait()
	}
}

func (f *Frame) wait() {
	if f.slot < 0 {
		return
	}
	f.err = f.session.pipe.Finish(f.slot)
	f.slot = -1
}

// Wait waits for the frame's last Submit and returns its outputs, which are
// f.Outputs and stay valid until the next. After an error they are of no use. A
// second Wait returns the same; a frame that was never submitted gives
// ErrNotSubmitted. Wait may be called after the session was closed: Close has
// then waited. It does not allocate.
func (f *Frame) Wait() ([]*tensor.Tensor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wait()
	if f.err != nil {
		return nil, f.err
	}
	return f.Outputs, nil
}
