//go:build cgo && linux

package gles

import (
	"testing"

	"github.com/go-gl/gl/v3.1/gles2"
)

// The stand-ins of link.c must serve go-gl's own Init, which another user of
// go-gl in the same program may call.
func TestForwarding(t *testing.T) {
	if err := gles2.Init(); err != nil {
		t.Skip("libGL gives no OpenGL ES functions here: ", err)
	}
}
