//go:build !linux

package egl

import (
	"fmt"
	"runtime"
)

// Open returns ErrNoLibrary.
func Open(debug bool) (*Context, error) {
	return nil, fmt.Errorf("EGL: %w: not supported on %s", ErrNoLibrary, runtime.GOOS)
}
