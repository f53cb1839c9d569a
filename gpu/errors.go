package gpu

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shufflegl/shufflegl/gpu/internal/egl"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// ErrUnavailable says that there is no usable device. An error that wraps it
// also wraps the reasons below, one or more for each provider tried.
var ErrUnavailable = errors.New("gpu: no OpenGL ES 3.1 device")

// The reasons why Open fails.
var (
	ErrNoCgo     = gles.ErrNoCgo            // built with CGO_ENABLED=0
	ErrNoLibrary = egl.ErrNoLibrary         // libEGL or libGLESv2 is not installed
	ErrNoDisplay = egl.ErrNoDisplay         // no display, device or permission
	ErrVersion   = egl.ErrVersion           // the driver is older than OpenGL ES 3.1
	ErrContext   = egl.ErrContext           // the driver refused to make a context
	ErrSelfTest  = errors.New("self-test")  // the driver computes wrong results
	ErrDriver    = errors.New("bad driver") // it lacks what OpenGL ES 3.1 must have

	// These come without ErrUnavailable: there is a device, for other precisions, or for
	// other Maps.
	ErrPrecision = errors.New("gpu: no arithmetic in 16 bits")
	ErrMaps      = errors.New("gpu: maps cannot be kept so")
)

// Errors of an open device.
var (
	ErrClosed      = errors.New("gpu: device is closed")
	ErrContextLost = errors.New("gpu: context lost")
	ErrOutOfMemory = errors.New("gpu: out of memory")
	ErrTimeout     = errors.New("gpu: timeout")
	ErrDisjoint    = network.ErrDisjoint // a time is of no use
	ErrInsideDo    = errors.New("gpu: the device is in Device.Do: what that calls cannot wait for the device")
	ErrLimit       = kernels.ErrLimit // over the device's limit
	ErrRange       = kernels.ErrRange // beyond 65504, the largest number of fp16
)

// unavailable is Open's error: one line with every provider's reason.
type unavailable []error

func (u unavailable) Error() string {
	parts := make([]string, len(u))
	for i, err := range u {
		parts[i] = err.Error()
	}
	return ErrUnavailable.Error() + ": " + strings.Join(parts, "; ")
}

func (u unavailable) Unwrap() []error { return append([]error{ErrUnavailable}, u...) }

// GLError holds what glGetError gave at the end of a phase.
type GLError struct {
	Phase string   // what was going on, such as "upload weights"
	Codes []uint32 // one or more GL error codes
}

func (e *GLError) Error() string {
	names := make([]string, len(e.Codes))
	for i, c := range e.Codes {
		names[i] = gles.ErrorName(c)
	}
	return fmt.Sprintf("gpu: %s: %s", e.Phase, strings.Join(names, ", "))
}

// Is makes GL_OUT_OF_MEMORY an ErrOutOfMemory and GL_CONTEXT_LOST an
// ErrContextLost.
func (e *GLError) Is(target error) bool {
	for _, c := range e.Codes {
		if c == gles.OUT_OF_MEMORY && target == ErrOutOfMemory || c == gles.CONTEXT_LOST && target == ErrContextLost {
			return true
		}
	}
	return false
}

// checkErrors asks GL for the errors since it was last asked. It belongs at
// the ends of phases, not behind every call: asking makes some drivers wait.
func checkErrors(gl gles.API, phase string) error {
	code := gl.GetError()
	if code == gles.NO_ERROR {
		return nil
	}
	e := &GLError{Phase: phase}
	// Bounded: a lost context may return errors for ever.
	for range 8 {
		e.Codes = append(e.Codes, code)
		if code = gl.GetError(); code == gles.NO_ERROR || code == gles.CONTEXT_LOST {
			break
		}
	}
	if code == gles.CONTEXT_LOST && e.Codes[len(e.Codes)-1] != code {
		e.Codes = append(e.Codes, code)
	}
	return e
}

// checkLost returns an error if the context was reset.
func checkLost(gl gles.API, phase string) error {
	if status := gl.GetGraphicsResetStatus(); status != gles.NO_ERROR {
		return fmt.Errorf("%w: %s: %s", ErrContextLost, phase, gles.ErrorName(status))
	}
	return nil
}
