package gpu

import "github.com/shufflegl/shufflegl/network"

// TuningInfo says which variants a device uses.
type TuningInfo struct {
	// Family is the kind of GPU, which decides where nothing is tuned. Basis says what
	// its variants were chosen by: "measured", "compiled" (by what Mesa's compiler for
	// such a GPU makes of them) or "guessed". None has been tested on hardware yet.
	Family, Basis string
	// Shapes counts the launch shapes that were tuned on this device, and Changed those
	// of them that are faster by another variant than the family's.
	Shapes, Changed int
	// File is where they are kept; empty if they are not.
	File string
}

// Tuning describes the variants that the device uses.
func (d *Device) Tuning() TuningInfo {
	f, all := familyOf(&d.info), d.choices.all()
	return TuningInfo{Family: f.name, Basis: string(f.basis), Shapes: len(all), Changed: len(variantsOf(all)), File: d.store.path}
}

// StepVariant is how a step of a plan would be launched.
type StepVariant struct {
	Step    int
	Program string // the shader's name and macros
	Variant string // empty for kernels that have none
	Shape   string // likewise
	Tuned   bool   // chosen on this device
}

// Variants tells how each step of a plan would be launched. Nothing is built.
func (d *Device) Variants(p *network.Plan) ([]StepVariant, error) {
	ds, _, err := d.assemble(p, d.variants())
	if err != nil {
		return nil, err
	}
	var all []StepVariant
	for i := range ds {
		if i > 0 && ds[i-1].step == ds[i].step {
			continue
		}
		v := StepVariant{Step: ds[i].step, Program: ds[i].program.Label()}
		if c := ds[i].choice; c != nil {
			v.Variant, v.Shape, v.Tuned = c.variant.String(), c.shape, c.tuned
		}
		all = append(all, v)
	}
	return all, nil
}
