// Package egl opens OpenGL ES 3.1 contexts without a window system. The EGL
// library is opened at run time, with or without cgo, so a machine that has
// none gets an error that says what to install.
package egl

import (
	"errors"
	"unsafe"
)

// Errors that Open wraps.
var (
	ErrNoLibrary = errors.New("no EGL library")
	ErrNoDisplay = errors.New("no display")
	ErrVersion   = errors.New("OpenGL ES version too old")
	ErrContext   = errors.New("context refused")
)

// Context is an OpenGL ES context, current on the thread that called Open.
type Context struct {
	kind    string
	version string
	lookup  func(name string) unsafe.Pointer
	release func() error
}

// Kind says how the context was made, such as "EGL surfaceless".
func (c *Context) Kind() string { return c.kind }

// ProcAddress returns the address of a GL function, or nil.
func (c *Context) ProcAddress(name string) unsafe.Pointer { return c.lookup(name) }

// Close destroys the context, on the thread that opened it.
func (c *Context) Close() error {
	if c.release == nil {
		return nil
	}
	release := c.release
	c.release = nil
	return release()
}
