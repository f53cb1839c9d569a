package gpu

import (
	"unsafe"

	"github.com/shufflegl/shufflegl/gpu/internal/egl"
)

// A ContextProvider makes OpenGL ES contexts: EGL's headless ones (EGL), those
// of a hidden window (package glfwcontext), or a program's own.
type ContextProvider interface {
	// Name names the provider in error messages.
	Name() string
	// Open makes a context of OpenGL ES 3.1 or later and makes it current on
	// the calling thread, which then belongs to the device. With debug it asks
	// for a debug context, if there is such a thing. Errors should wrap
	// ErrNoLibrary, ErrNoDisplay, ErrVersion or ErrContext.
	Open(debug bool) (Context, error)
}

// A Context is an OpenGL ES context. All its methods are called on the thread
// that opened it.
type Context interface {
	// Kind says what made the context, such as "EGL surfaceless".
	Kind() string
	// ProcAddress returns the address of a GL function, or nil.
	ProcAddress(name string) unsafe.Pointer
	// Close destroys the context.
	Close() error
}

// EGL returns the provider of headless contexts: no window, no display server.
// The EGL library is opened at run time, on Linux only.
func EGL() ContextProvider { return eglProvider{} }

type eglProvider struct{}

func (eglProvider) Name() string { return "EGL" }

func (eglProvider) Open(debug bool) (Context, error) {
	c, err := egl.Open(debug)
	if err != nil {
		return nil, err // not c: a nil *egl.Context is no nil Context
	}
	return c, nil
}
