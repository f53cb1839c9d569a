//go:build noglfw

package main

import (
	"errors"
	"fmt"

	"github.com/shufflegl/shufflegl/gpu"
)

func glfwProvider() gpu.ContextProvider { return noGLFW{} }

type noGLFW struct{}

func (noGLFW) Name() string { return "GLFW" }

func (noGLFW) Open(bool) (gpu.Context, error) {
	return nil, fmt.Errorf("GLFW: %w: this gpubench was built with -tags noglfw; use -context egl, or build without the tag", errors.ErrUnsupported)
}
