package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/half"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// transfers say where a plan's inputs, or outputs, lie on the device and, one
// behind the other, in a buffer that brings them there or back. Rows lie in both
// as the arena has them: it is the CPU that leaves padding out, and rounds, as it
// reads or writes mapped memory anyway.
type transfers struct {
	names   []string
	views   []*network.View
	spans   []span
	size    int         // bytes of all
	element int         // bytes
	stages  [][]float32 // where those are put in order that are rounded and have padding
}

// transferAlign keeps each tensor's beginning at a cache line.
const transferAlign = 64

// transfersTo bring inputs to the arena.
func transfersTo(p *network.Plan, s kernels.Storage) transfers {
	t := transfers{element: s.Bytes()}
	for i := range p.Inputs {
		b := &p.Inputs[i]
		lo, _ := kernels.Extent(&b.View)
		t.add(b, lo)
	}
	return t
}

// transfersFrom bring outputs back, from where they are read.
func transfersFrom(p *network.Plan, s kernels.Storage, r kernels.Results) transfers {
	t := transfers{element: s.Bytes()}
	if s.Texture {
		t.element = Float32.Bytes()
	}
	for i := range p.Outputs {
		b := &p.Outputs[i]
		at, _ := kernels.Extent(&b.View)
		if s.Texture {
			at = r.At[i]
		}
		t.add(b, at)
	}
	return t
}

// add is of a tensor that lies at so many elements.
func (t *transfers) add(b *network.Binding, at int) {
	lo, hi := kernels.Extent(&b.View)
	t.names = append(t.names, b.Name)
	t.views = append(t.views, &b.View)
	t.spans = append(t.spans, span{t.element * at, t.element * (hi - lo), t.size})
	t.size += ceilDiv(t.element*(hi-lo), transferAlign) * transferAlign
	var stage []float32
	if t.element != Float32.Bytes() && hi-lo != b.View.Shape.Size() {
		stage = make([]float32, hi-lo)
	}
	t.stages = append(t.stages, stage)
}

// pack writes tensor i to where its span begins in mapped memory. What fp16 does not
// hold is an error.
func (t *transfers) pack(i int, m []byte, from *tensor.Tensor) error {
	v := t.views[i]
	lo, _ := kernels.Extent(v)
	if t.element == Float32.Bytes() {
		v.PackAt(floatsOf(m), lo, from)
		return nil
	}
	data := from.Data
	if s := t.stages[i]; s != nil {
		v.PackAt(s, lo, from)
		data = s
	}
	if k := half.Round(halvesOf(m), data); k >= 0 {
		return fmt.Errorf("%w: %g in input %q", ErrRange, data[k], t.names[i])
	}
	return nil
}

// unpack reads the tensors that are wanted from mapped memory.
func (t *transfers) unpack(m []byte, to []*tensor.Tensor) {
	for i, s := range t.spans {
		if to[i] == network.OnDevice {
			continue
		}
		v, part := t.views[i], m[s.at:][:s.size]
		lo, _ := kernels.Extent(v)
		switch stage := t.stages[i]; {
		case t.element == Float32.Bytes():
			v.UnpackAt(floatsOf(part), lo, to[i])
		case stage != nil:
			half.Widen(stage, halvesOf(part))
			v.UnpackAt(stage, lo, to[i])
		default:
			half.Widen(to[i].Data, halvesOf(part))
		}
	}
}

// anyWanted reports whether some output is to be brought to the CPU.
func anyWanted(out []*tensor.Tensor) bool {
	for _, t := range out {
		if t != network.OnDevice {
			return true
		}
	}
	return false
}

// allWanted reports whether no output is to stay where it is.
func allWanted(out []*tensor.Tensor) bool {
	for _, t := range out {
		if t == network.OnDevice {
			return false
		}
	}
	return true
}

// uploadConsts brings the plan's constants to their places.
func (e *executor) uploadConsts(gl gles.API) error {
	for i := range e.plan.Consts {
		c := &e.plan.Consts[i]
		lo, hi := kernels.Extent(&c.View)
		stage := make([]float32, hi-lo)
		c.View.PackAt(stage, lo, c.Tensor)
		if err := e.arena.write(gl, lo, stage); err != nil {
			return fmt.Errorf("%w in constant %q", err, c.Name)
		}
	}
	return nil
}
