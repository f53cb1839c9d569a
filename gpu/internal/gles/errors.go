package gles

import "errors"

// ErrNoCgo says that the binary was built without the GL binding.
var ErrNoCgo = errors.New("this program was built without cgo (CGO_ENABLED=0), which OpenGL needs; rebuild it with CGO_ENABLED=1 and a C compiler")

// ErrMissing says that the driver lacks an entry point of OpenGL ES 3.1.
var ErrMissing = errors.New("the driver lacks an OpenGL ES 3.1 entry point")
