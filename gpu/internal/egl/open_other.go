//go:build !linux

package egl

// Open returns ErrUnsupported.
func Open(debug bool) (*Context, error) { return nil, ErrUnsupported }
