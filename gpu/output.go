package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// Output is where an output of a network lies on the GPU after a run, for shaders of
// the program's own: element (p, y, x) of its planes, in the sense of
// network.PlaneForm, is the float at
//
//	View.Planes[p] + y*View.RowStride + x
//
// of the buffer, counted in floats (4 bytes). A feature map 1 x C x H x W has C planes
// of H rows; anything with fewer than three dimensions, such as 1 x 1000 scores, has a
// plane for each element. Rows and planes begin at multiples of four floats, so a
// shader can read vec4s; what lies between them is not defined.
type Output struct {
	Name   string
	Buffer uint32       // the name of a buffer object; its size is a multiple of 16 bytes
	View   network.View // do not change

	// Precision is what the elements are: Float16 if the device keeps maps so, in a
	// buffer. Then two make a word, for unpackHalf2x16, and View counts elements of
	// two bytes.
	Precision Precision
}

// Outputs says where a session's outputs lie, in the order of its graph. They are there
// from the end of a run (Run, or a frame's Wait) until the session's next run is
// submitted, and no memory barrier is needed to read them if they were left there, as
// network.OnDevice. Device.Do is where to read them; the buffer is the session's, and
// must not be written or deleted. A session that is not on a GPU gives an error that
// wraps network.ErrUnsupported.
func Outputs(s *network.Session) ([]Output, error) {
	var outs []Output
	err := s.Executor(func(x network.Executor) error {
		e, ok := x.(*executor)
		if !ok {
			return fmt.Errorf("gpu: outputs of a session on backend %s: %w", s.Backend.Name(), network.ErrUnsupported)
		}
		for i, o := range e.plan.Outputs {
			outs = append(outs, e.arena.output(i, o))
		}
		return nil
	})
	return outs, err
}
