//go:build cgo && !(linux || freebsd || netbsd || openbsd)

package gles

import "unsafe"

func pin(unsafe.Pointer) {}
