package network

import (
	"fmt"
	"image"
	"sync"

	"github.com/shufflegl/shufflegl/tensor"
)

// Photos feeds a session with photos, or a camera's frames, instead of tensors. A
// program is written once: a GPU takes the bytes as they are and scales, cuts and
// normalises them on its own, other backends by tensor.Preprocess, by the same rule.
//
// Photos may be of any size and differ in size, though a new size costs some
// allocation. A GPU takes *image.RGBA, *image.NRGBA, *image.Gray, *image.YCbCr with
// any subsampling, *tensor.BGRA, *tensor.NV12, and its own textures; other types, and
// what is larger than its textures can be, are preprocessed on the CPU. Photos is safe for concurrent use.
type Photos struct {
	session    *Session
	preprocess tensor.Preprocess
	input      PhotoInput // nil where all is done here

	mu     sync.Mutex // of what follows
	fitted *image.RGBA
	filled []*tensor.Tensor
}

// Photos prepares for photos that become the network's input as p says. The
// network must have one input, of shape 1 x 3 x p.Height x p.Width; else the error
// wraps ErrShape. What is prepared is kept until the session is closed.
func (s *Session) Photos(p tensor.Preprocess) (*Photos, error) {
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if len(s.Plan.Inputs) != 1 {
		return nil, fmt.Errorf("network: photos for a network of %d inputs: %w", len(s.Plan.Inputs), ErrShape)
	}
	if in := s.Plan.Inputs[0]; !in.View.Shape.Equal(p.Shape()) {
		return nil, fmt.Errorf("network: input %q is %v, photos are preprocessed to %v: %w", in.Name, in.View.Shape, p.Shape(), ErrShape)
	}
	ph := &Photos{session: s, preprocess: p}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == nil {
		return nil, ErrClosed
	}
	if taker, ok := s.exec.(PhotoTaker); ok {
		var err error
		if ph.input, err = taker.Photos(p); err != nil {
			return nil, err
		}
	}
	return ph, nil
}

// Run computes the network's outputs from a photo.
func (ph *Photos) Run(img image.Image) ([]*tensor.Tensor, error) {
	outs := ph.session.NewOutputs()
	if err := ph.RunInto(outs, img); err != nil {
		return nil, err
	}
	return outs, nil
}

// RunInto is Run into tensors that the caller keeps. Where the backend takes the
// photo as it is, and its size is that of the last, RunInto does not allocate.
func (ph *Photos) RunInto(outputs []*tensor.Tensor, img image.Image) error {
	s := ph.session
	if taken, err := ph.takes(img); err != nil {
		return err
	} else if !taken {
		ph.mu.Lock()
		defer ph.mu.Unlock()
		if err := ph.fill(img); err != nil {
			return err
		}
		return s.RunInto(outputs, ph.filled)
	}
	if err := fit("output", outputs, s.Plan.Outputs); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exec == nil {
		return ErrClosed
	}
	return ph.input.Run(outputs, img)
}

// Submit starts a frame on a photo, like Session.Submit. The photo is the caller's
// again when Submit returns.
func (ph *Photos) Submit(f *Frame, img image.Image) error {
	if taken, err := ph.takes(img); err != nil {
		return err
	} else if !taken {
		ph.mu.Lock()
		defer ph.mu.Unlock()
		if err := ph.fill(img); err != nil {
			return err
		}
		return ph.session.Submit(f, ph.filled...)
	}
	return ph.session.submit(f,
		func() error { return ph.input.Run(f.Outputs, img) },
		func(slot int) error { return ph.input.Begin(slot, f.Outputs, img) })
}

// takes reports whether the backend takes a photo as it is. If it does not, the
// photo must be one whose pixels the CPU can see.
func (ph *Photos) takes(img image.Image) (bool, error) {
	if err := tensor.CheckImage(img); err != nil {
		return false, fmt.Errorf("network: %w", err)
	}
	if ph.input != nil && ph.input.Takes(img) {
		return true, nil
	}
	if there, ok := img.(DeviceImage); ok {
		return false, fmt.Errorf("network: backend %s cannot read %s: %w", ph.session.Backend.Name(), there.Where(), ErrUnsupported)
	}
	return false, nil
}

// fill preprocesses a photo here.
func (ph *Photos) fill(img image.Image) error {
	p := ph.preprocess
	if ph.fitted == nil {
		ph.fitted = image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
		ph.filled = []*tensor.Tensor{tensor.New(p.Shape()...)}
	}
	if err := p.FitInto(ph.fitted, img); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	return p.FillFrom(ph.filled[0], ph.fitted)
}
