//go:build linux && cgo

package gpu

import (
	"image"
	"testing"

	"github.com/ebitengine/purego"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/tensor"
)

// A texture that an EGLImage is made of, as a camera's driver gives it, is seen as the
// photo that it holds.
func TestExternalTexture(t *testing.T) {
	d := openTest(t, Options{})
	if !d.Info().HasExtension(externalExtension) {
		t.Skip("no ", externalExtension)
	}
	egl, err := purego.Dlopen("libEGL.so.1", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		t.Skip(err)
	}
	var (
		procAddress    func(string) uintptr
		currentDisplay func() uintptr
		currentContext func() uintptr
		createImage    func(display, context uintptr, target uint32, buffer uintptr, attributes *int32) uintptr
		destroyImage   func(display, image uintptr) uint32
		imageTexture   func(target uint32, image uintptr)
	)
	purego.RegisterLibFunc(&procAddress, egl, "eglGetProcAddress")
	purego.RegisterLibFunc(&currentDisplay, egl, "eglGetCurrentDisplay")
	purego.RegisterLibFunc(&currentContext, egl, "eglGetCurrentContext")
	for name, f := range map[string]any{"eglCreateImageKHR": &createImage, "eglDestroyImageKHR": &destroyImage, "glEGLImageTargetTexture2DOES": &imageTexture} {
		p := procAddress(name)
		if p == 0 {
			t.Skip("no ", name)
		}
		purego.RegisterFunc(f, p)
	}

	img := speckled(7, 40, 30)
	id := textured(t, d, img)
	gl := api(t, d)
	var external uint32
	var made uintptr
	err = d.Do(func() error {
		const texture2D, none = 0x30B1, 0x3038 // EGL_GL_TEXTURE_2D, EGL_NONE
		attributes := []int32{none}
		if currentDisplay() == 0 {
			return nil
		}
		made = createImage(currentDisplay(), currentContext(), texture2D, uintptr(id), &attributes[0])
		if made == 0 {
			return nil
		}
		external = gl.GenTexture()
		gl.BindTexture(gles.TEXTURE_EXTERNAL, external)
		imageTexture(gles.TEXTURE_EXTERNAL, made)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if made == 0 {
		t.Skip("the driver makes no EGLImage of a texture")
	}
	p := tensor.Preprocess{Width: 22, Height: 22, Fit: tensor.Crop, Order: tensor.BGR, Scale: [3]float32{1, 1, 1}}
	s, photos := seen(t, d, p)
	f := s.NewFrame()
	for bottomUp, want := range map[bool]*image.RGBA{false: img, true: upsideDownImage(img)} {
		tex := &Texture{Name: external, Width: 40, Height: 30, External: true, BottomUp: bottomUp}
		got, err := photos.Run(tex)
		if err != nil {
			t.Fatal(err)
		}
		wantSeen(t, got[0], p, want)
		if err := photos.Submit(f, tex); err != nil {
			t.Fatal(err)
		}
		if got, err = f.Wait(); err != nil {
			t.Fatal(err)
		}
		wantSeen(t, got[0], p, want)
	}
	d.Do(func() error { destroyImage(currentDisplay(), made); return nil })
}
