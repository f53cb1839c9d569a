package gpu

import (
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// findRounding finds out, where elements are fp16, whether the device cuts off what a store
// does not hold, as OpenGL ES allows, instead of rounding to nearest. Over many
// layers the error would add up to several times as much, so shaders then add half of the
// last bit that is stored.
func (d *Device) findRounding() error {
	if d.info.Precision.stored() != Float16 {
		return nil
	}
	const step = 1.0 / 1024 // between 1 and the next number of fp16
	b := network.NewBuilder("rounding")
	one, rest := b.Input("one", 1, 4), b.Input("rest", 1, 4)
	g, err := b.Build(b.Apply("sum", network.Binary{Fn: network.FnAdd}, one, rest))
	if err != nil {
		return err
	}
	p, err := network.PlanFor(d, g)
	if err != nil {
		return err
	}
	exec, err := d.Prepare(p)
	if err != nil {
		return err
	}
	defer exec.Close()
	in := []*tensor.Tensor{filledWith(1, 4), filledWith(0.75*step, 4)}
	return exec.(network.Tracer).Trace(in, func(_ int, outs []*tensor.Tensor) error {
		d.truncates = outs[0].Data[0] == 1
		return nil
	})
}
