//go:build !cgo

package gles

import "unsafe"

// Available reports why Load cannot work in this build, or nil.
func Available() error { return ErrNoCgo }

// Load returns ErrNoCgo: the present binding needs cgo.
func Load(func(name string) unsafe.Pointer) (API, error) { return nil, ErrNoCgo }
