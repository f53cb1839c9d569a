package gpu

import "github.com/shufflegl/shufflegl/gpu/internal/gles"

// MemoryBytes is what a session holds on the device: buffers and textures, those of photos included. Drivers
// add to that what they like; programs are not counted.
func (e *executor) MemoryBytes() (bytes int64, err error) {
	err = e.d.do(func(gles.API) error {
		buffers := []*buffer{e.arena.maps, e.arena.back, e.weights, e.index, e.params, e.back.staging}
		for _, f := range e.frames {
			buffers = append(buffers, f.upload)
			if f.back != nil {
				buffers = append(buffers, f.back.staging)
			}
			bytes += f.photoTextures.bytes()
		}
		for _, in := range e.photos {
			buffers = append(buffers, in.params, in.taps)
		}
		for _, b := range buffers {
			if b != nil {
				bytes += int64(b.size)
			}
		}
		bytes += e.textureBytes + e.arena.textureBytes + e.photoTextures.bytes()
		return nil
	})
	return bytes, err
}

// Dispatches counts the launches of each step of the plan.
func (e *executor) Dispatches() []int {
	n := make([]int, len(e.plan.Steps))
	for i := range e.launches { // which do not change once prepared
		n[e.launches[i].step]++
	}
	return n
}
