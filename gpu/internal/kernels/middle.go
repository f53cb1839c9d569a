package kernels

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// SharedVectors is the 16 KiB of shared memory that every device has, in vec4s.
const SharedVectors = 1024

// HeldVectors is how much a work group may keep behind the maps instead: what lies in a
// core's second cache.
const HeldVectors = 16 * SharedVectors

// middle is what a work group keeps from one of its phases for the next (middle.glsl), and
// how many work groups there are that do so. Neither depends on variants.
type middle struct{ vectors, groups int }

// middleOf gives it for a step; nothing for kernels of one phase.
func middleOf(s *network.Step) middle {
	if s.First == nil || min(s.Tile.Channels, s.Tile.Rows, s.Tile.Columns) < 1 {
		return middle{}
	}
	n, m, oh, ow := s.Output.NCHW()
	rows, strips, channels := s.Tile.Rows, ceilDiv(s.Tile.Columns, 4), s.Tile.Channels
	var all middle
	switch op := s.Op.(type) {
	case network.Conv:
		inputs := s.First.Shape[1] / op.G()
		all = middle{inputs*rows*strips + unitOf(s).vectors(inputs), n * op.G() * ceilDiv(m/op.G(), channels)}
	case network.Pool:
		groups, w := s.First.Op.G(), op.Normal()
		channels = ceilDiv(channels, 4) * 4
		middleRows, middleStrips := beneath(w, rows, strips)
		all = middle{channels * middleRows * middleStrips, n * groups * ceilDiv(m/groups, channels)}
	default:
		return middle{}
	}
	all.groups *= ceilDiv(oh, rows) * ceilDiv(ow, 4*strips)
	return all
}

// beneath counts the rows, and vec4s of a row, below a tile of a pool's output.
func beneath(w network.Window, rows, strips int) (int, int) {
	return (rows-1)*w.Stride[0] + (w.Kernel[0]-1)*w.Dilation[0] + 1,
		((4*strips-1)*w.Stride[1]+(w.Kernel[1]-1)*w.Dilation[1])/4 + 1
}

// inSteps rounds vec4s up, so that fewer programs differ.
func inSteps(vectors int) int { return ceilDiv(vectors, 128) * 128 }

// Behind counts the floats that the work groups of any launch keep behind the maps.
func Behind(p *network.Plan) (floats int) {
	for i := range p.Steps {
		m := middleOf(&p.Steps[i])
		floats = max(floats, 4*inSteps(m.vectors)*m.groups)
	}
	return floats
}

// MostHeld counts the vec4s that a work group of any launch keeps.
func MostHeld(p *network.Plan) (vectors int) {
	for i := range p.Steps {
		vectors = max(vectors, middleOf(&p.Steps[i]).vectors)
	}
	return vectors
}

// middle names the macros of what the step's work groups keep, and gives the parameters
// that end the shader's.
func (t *Tables) middle(s *network.Step) ([]string, Params, error) {
	m := middleOf(s)
	most := SharedVectors
	if t.Behind > 0 {
		most = HeldVectors
	}
	if m.vectors < 1 || m.vectors > most {
		return nil, nil, fmt.Errorf("%v takes %d bytes of shared memory, of %d; plan with PlanOptions.SharedFloats of %d: %w", s.Tile, 16*m.vectors, 16*most, 4*most, network.ErrUnsupported)
	}
	macros := []string{Macro("SHARED", inSteps(m.vectors))}
	if t.Behind == 0 {
		return macros, nil, nil
	}
	return append(macros, "MIDDLE_IN_MAPS"), Params{int32(t.Behind)}, nil
}
