//go:build cgo && (linux || freebsd || netbsd || openbsd)

package gles

// go-gl refers to glXGetProcAddress (or eglGetProcAddress with -tags egl) and
// links libGL (libEGL) for it, although Load never calls it. A program must
// start where neither library is installed, to say so in its own words. So
// link.c defines both names, and --as-needed then drops the unused library.

/*
#cgo LDFLAGS: -Wl,--as-needed
#cgo linux LDFLAGS: -ldl
void shufflegl_pin(void *function);
*/
import "C"

import "unsafe"

// pin keeps the library that a function is in loaded for the life of the
// process. The binding keeps its pointers, but GLFW closes libGLESv2 with each
// of its contexts.
func pin(function unsafe.Pointer) { C.shufflegl_pin(function) }
