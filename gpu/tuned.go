package gpu

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/network"
)

// TuningInfo says which variants a device uses.
type TuningInfo struct {
	// Family is the kind of GPU, which decides where nothing is tuned. Basis says what
	// its variants were chosen by: "measured", "compiled" (by what Mesa's compiler for
	// such a GPU makes of them) or "guessed". None has been tested on hardware yet.
	Family, Basis string
	// Shapes are those that were tuned on this device, in order. Their Default is empty,
	// as it may depend on more, and Chosen is empty if that is no other.
	Shapes []TunedShape
	// Changed counts those of them that have another variant than the family's.
	Changed int
	// File is where they are kept; empty if they are not.
	File string
}

// Tuning describes the variants that the device uses.
func (d *Device) Tuning() TuningInfo {
	f, all := d.info.family(), d.choices.all()
	t := TuningInfo{Family: f.Name, Basis: string(f.Basis), Changed: len(variantsOf(all)), File: d.store.path}
	for _, shape := range slices.Sorted(maps.Keys(all)) {
		c := all[shape]
		s := TunedShape{Shape: shape, DefaultTime: time.Duration(c.DefaultNS), ChosenTime: time.Duration(c.ChosenNS), Known: true, Complete: c.Complete}
		s.Kernel, _, _ = strings.Cut(shape, " ")
		if c.Variant != standardName {
			s.Chosen = c.Variant
		}
		t.Shapes = append(t.Shapes, s)
	}
	return t
}

// TunedVariants gives the variant that tuning has chosen for each step of a plan; empty
// where that is the family's.
func (d *Device) TunedVariants(p *network.Plan) []string {
	all, err := d.Variants(p)
	if err != nil { // Prepare gives it
		return nil
	}
	tuned := make([]string, len(p.Steps))
	for _, v := range all {
		if v.Tuned {
			tuned[v.Step] = v.Variant
		}
	}
	return tuned
}

// Forget drops the variants that tuning has chosen, for what is prepared later and in
// the user's cache folder, also what is there of the same renderer with other drivers,
// other versions of this library and other precisions. It gives the files that it has
// deleted.
func (d *Device) Forget() ([]string, error) {
	d.tuneTurn.Lock()
	defer d.tuneTurn.Unlock()
	d.choices.clear()
	return d.store.forget()
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
		if i > 0 && ds[i-1].Step == ds[i].Step {
			continue
		}
		v := StepVariant{Step: ds[i].Step, Program: ds[i].Program.Label()}
		if c := ds[i].Choice; c != nil {
			v.Variant, v.Shape, v.Tuned = c.Variant.String(), c.Shape, c.Tuned
		}
		all = append(all, v)
	}
	return all, nil
}
