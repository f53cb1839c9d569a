//go:build !noglfw

package main

import (
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/gpu/glfwcontext"
)

// glfwProvider opens a hidden window. With cgo it ties the program to libX11,
// both to build and to start: for boards without it there is the tag noglfw.
func glfwProvider() gpu.ContextProvider { return glfwcontext.Provider() }
