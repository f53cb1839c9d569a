package kernels

import (
	"fmt"

	"github.com/shufflegl/shufflegl/network"
)

// Results are where the steps that compute a plan's outputs put them a second time,
// if maps are in a texture: one output behind the other, as fp32, in a buffer.
type Results struct {
	At     []int          // where each output begins, in floats
	Floats int            // of all
	Bases  map[result]int // the place in the arena of what is first in the buffer
}

// result is one of the tensors that a step computes: its number in Step.Results.
type result struct{ step, number int }

// resultsOf finds what steps compute outputs. An output is a buffer that nothing else
// is written to (network's scheduler sees to that), in one go or, if it is a
// concatenation, in several; what was in the same place before does not matter.
func resultsOf(p *network.Plan) (Results, error) {
	r := Results{Bases: map[result]int{}}
	begins := map[int]int{} // of what lies at a place of the arena
	for i := range p.Outputs {
		v := &p.Outputs[i].View
		lo, hi := Extent(v)
		at, known := begins[lo]
		if !known {
			at = r.Floats
			begins[lo], r.Floats = at, at+ceilDiv(hi-lo, 16)*16
			if err := r.find(p, v, lo-at); err != nil {
				return r, fmt.Errorf("output %q is %w", p.Outputs[i].Name, err)
			}
		}
		r.At = append(r.At, at)
	}
	return r, nil
}

// find finds what computes a view: of each plane the last that is stored there.
func (r *Results) find(p *network.Plan, v *network.View, base int) error {
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
			r.Bases[result{s, number}] = base
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("computed by no step: %w", network.ErrUnsupported)
	}
	return nil
}

// tell has a dispatch put its results where they are read back from.
func (r *Results) tell(d *Dispatch) {
	if base, ok := r.Bases[result{d.Step, 0}]; ok {
		d.Program = d.Program.With("RESULT")
		d.Params[ResultBase] = int32(base)
	}
	if base, ok := r.Bases[result{d.Step, 1}]; ok {
		d.Program = d.Program.With("RESULT2")
		d.Params[d.beside] = int32(base)
	}
}

// Extent is the range of elements that a view spans in the arena: whole vec4s.
func Extent(v *network.View) (lo, hi int) {
	lo = int(v.Planes[0])
	for _, off := range v.Planes {
		lo, hi = min(lo, int(off)), max(hi, int(off)+pixels(v))
	}
	return lo / 4 * 4, ceilDiv(hi, 4) * 4
}
