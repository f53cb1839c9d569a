package gpu

import "github.com/shufflegl/shufflegl/gpu/internal/gles"

// remembering keeps telling of a reset: drivers tell once, and whoever asks later, of another run,
// must hear of it too.
type remembering struct {
	gles.API
	status uint32
}

func (r *remembering) GetGraphicsResetStatus() uint32 {
	if r.status == gles.NO_ERROR {
		r.status = r.API.GetGraphicsResetStatus()
	}
	return r.status
}
