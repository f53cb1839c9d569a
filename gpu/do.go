package gpu

import "github.com/shufflegl/shufflegl/gpu/internal/gles"

// Do runs f on the device's thread with its context current, so that a program can
// make textures for Texture, or read outputs by shaders of its own (see Outputs). GL
// keeps the order of what f and runs do. Do returns f's error, or if f has none, a
// *GLError if it left some; a panic comes back as a *PanicError.
//
// f may call GL by any binding. It may change any state, but must leave no buffer
// mapped that it maps, and no query or transform feedback open; Do undoes what would
// disturb later runs. f must not call methods of the device, or of sessions on it:
// those fail with ErrInsideDo on Linux, and elsewhere would wait for ever.
func (d *Device) Do(f func() error) error {
	return d.do(func(gl gles.API) error {
		if err := checkErrors(gl, "before Do"); err != nil {
			return err
		}
		d.visits++ // the arenas' contents may be in use from now on
		d.visiting.Store(thread())
		defer d.visiting.Store(0)
		defer clear(d.textures) // which f may delete, or make anew
		defer settle(gl)
		if err := f(); err != nil {
			checkErrors(gl, "Do")
			return err
		}
		return checkErrors(gl, "Do")
	})
}

// settle gives the state that uploads and launches rely on its usual value.
func settle(gl gles.API) {
	gl.BindBuffer(gles.PIXEL_UNPACK_BUFFER, 0)
	gl.PixelStorei(gles.UNPACK_ALIGNMENT, 4)
	for _, name := range []uint32{gles.UNPACK_ROW_LENGTH, gles.UNPACK_SKIP_ROWS, gles.UNPACK_SKIP_PIXELS} {
		gl.PixelStorei(name, 0)
	}
	for unit := range uint32(unitsInAll) {
		gl.BindSampler(unit, 0) // a filter could make the weights' texture incomplete
	}
	gl.ActiveTexture(gles.TEXTURE0)
}
