package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// results are where the steps that compute a plan's outputs put them a second time,
// if maps are in a texture: one output behind the other, as fp32, in a buffer.
type results struct {
	at     []int          // where each output begins, in floats
	floats int            // of all
	bases  map[result]int // the place in the arena of what is first in the buffer
}

// result is one of the tensors that a step computes: its number in Step.Results.
type result struct{ step, number int }

// resultsOf finds what steps compute outputs. An output is a buffer that nothing else
// is written to (network's scheduler sees to that), in one go or, if it is a
// concatenation, in several; what was in the same place before does not matter.
func resultsOf(p *network.Plan) (results, error) {
	r := results{bases: map[result]int{}}
	begins := map[int]int{} // of what lies at a place of the arena
	for i := range p.Outputs {
		v := &p.Outputs[i].View
		lo, hi := extent(v)
		at, known := begins[lo]
		if !known {
			at = r.floats
			begins[lo], r.floats = at, at+ceilDiv(hi-lo, 16)*16
			if err := r.find(p, v, lo-at); err != nil {
				return r, fmt.Errorf("output %q is %w", p.Outputs[i].Name, err)
			}
		}
		r.at = append(r.at, at)
	}
	return r, nil
}

// find finds what computes a view: of each plane the last that is stored there.
func (r *results) find(p *network.Plan, v *network.View, base int) error {
	left := map[int32]bool{}
	for _, off := range v.Planes {
		left[off] = true
	}
	for s := len(p.Steps) - 1; s >= 0 && len(left) > 0; s-- {
		for number, c := range p.Steps[s].Results() {
			if !left[c.View.Planes[0]] {
				continue
			}
			for _, off := range c.View.Planes {
				if !left[off] {
					return fmt.Errorf("a part of what %q computes: %w", c.Name, network.ErrUnsupported)
				}
				delete(left, off)
			}
			r.bases[result{s, number}] = base
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("computed by no step: %w", network.ErrUnsupported)
	}
	return nil
}

// tell has a dispatch put its results where they are read back from.
func (r *results) tell(d *dispatch) {
	if base, ok := r.bases[result{d.step, 0}]; ok {
		d.program = d.program.With("RESULT")
		d.params[resultBase] = int32(base)
	}
	if base, ok := r.bases[result{d.step, 1}]; ok {
		d.program = d.program.With("RESULT2")
		d.params[d.beside] = int32(base)
	}
}

// extent is the range of elements that a view spans in the arena: whole vec4s.
func extent(v *network.View) (lo, hi int) {
	lo = int(v.Planes[0])
	for _, off := range v.Planes {
		lo, hi = min(lo, int(off)), max(hi, int(off)+pixels(v))
	}
	return lo / 4 * 4, ceilDiv(hi, 4) * 4
}
