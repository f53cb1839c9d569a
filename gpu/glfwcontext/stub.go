//go:build !cgo || !linux

package glfwcontext

import (
	"fmt"
	"runtime"

	"github.com/shufflegl/shufflegl/gpu"
)

// Provider returns a provider whose Open fails: this build has no GLFW.
func Provider() gpu.ContextProvider { return provider{} }

type provider struct{}

func (provider) Name() string { return "GLFW" }

func (provider) Open(bool) (gpu.Context, error) {
	if runtime.GOOS != "linux" {
		return nil, fmt.Errorf("GLFW: %w: not supported on %s", gpu.ErrNoDisplay, runtime.GOOS)
	}
	return nil, fmt.Errorf("GLFW: %w", gpu.ErrNoCgo)
}
