package gpu

import (
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// transfers say where a plan's inputs, or outputs, lie in the arena and, one
// behind the other, in a buffer that brings them there or back. Rows lie in both
// as the arena has them: it is the CPU that leaves padding out, as it reads or
// writes mapped memory anyway.
type transfers struct {
	views []*network.View
	spans []span
	size  int // bytes of all
}

// transferAlign keeps each tensor's beginning at a cache line.
const transferAlign = 64

func transfersOf(bs []network.Binding) transfers {
	var t transfers
	for i := range bs {
		v := &bs[i].View
		lo, hi := extent(v)
		t.views = append(t.views, v)
		t.spans = append(t.spans, span{4 * lo, 4 * (hi - lo), t.size})
		t.size += ceilDiv(4*(hi-lo), transferAlign) * transferAlign
	}
	return t
}

// extent is the range of floats that a view spans in the arena.
func extent(v *network.View) (lo, hi int) {
	lo = int(v.Planes[0])
	for _, off := range v.Planes {
		lo, hi = min(lo, int(off)), max(hi, int(off)+pixels(v))
	}
	return lo, hi
}

// pack writes tensor i to where its span begins in mapped memory.
func (t *transfers) pack(i int, m []byte, from *tensor.Tensor) {
	t.views[i].PackAt(floatsOf(m), t.spans[i].offset/4, from)
}

// unpack reads the tensors that are wanted from mapped memory.
func (t *transfers) unpack(m []byte, to []*tensor.Tensor) {
	for i, s := range t.spans {
		if to[i] == network.OnDevice {
			continue
		}
		t.views[i].UnpackAt(floatsOf(m[s.at:][:s.size]), s.offset/4, to[i])
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
		lo, hi := extent(&c.View)
		stage := make([]float32, hi-lo)
		c.View.PackAt(stage, lo, c.Tensor)
		if err := upload(gl, e.arena, 4*lo, stage); err != nil {
			return err
		}
	}
	return nil
}
