package kernels

import (
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// shuffleNet is a plan with launches of every kernel that has variants but conv_depthwise
// and classifier.
func shuffleNet(t *testing.T) *network.Plan {
	return plan(t, planOptions().Fuse&^(network.FuseUnit|network.FuseClassifier))
}

func plan(t *testing.T, fuse network.Fusion) *network.Plan {
	t.Helper()
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	o := planOptions()
	o.Fuse = fuse
	p, err := network.NewPlan(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// choicesOf assembles a plan and gives the choice of each step.
func choicesOf(t *testing.T, p *network.Plan, how Tuning) (all []*Choice, ignored []string) {
	t.Helper()
	ds, tables, err := Assemble(p, &SpecMinimum, how, Storage{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range ds {
		all = append(all, ds[i].Choice)
	}
	return all, tables.Ignored
}

// Launches of one shape run the same program, and shapes say what they are.
func TestLaunchShapes(t *testing.T) {
	p := shuffleNet(t)
	ds, _, err := Assemble(p, &SpecMinimum, eight, Storage{})
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]Dispatch{}
	for _, d := range ds {
		if d.Choice == nil {
			continue
		}
		if f, ok := first[d.Choice.Shape]; !ok {
			first[d.Choice.Shape] = d
		} else if f.Program != d.Program || f.Groups != d.Groups || len(f.Weights) != len(d.Weights) {
			t.Errorf("%s: %s and %s", d.Choice.Shape, f.Program.Label(), d.Program.Label())
		}
	}
	if len(first) < 10 || len(first) >= len(ds) {
		t.Errorf("%d shapes of %d launches", len(first), len(ds))
	}
	for _, shape := range []string{
		"conv_pointwise in=1x60x28x28 out=1x15x28x28 groups=3 ACTIVATION=1",
		"fully_connected in=1x240 out=1x1000",
	} {
		if _, ok := first[shape]; !ok {
			t.Errorf("no shape %q", shape)
		}
	}
}

// Whatever makes another program, but for the variant, makes another shape.
func TestLaunchShapeTellsApart(t *testing.T) {
	build := func(fuse network.Fusion, change func(s *network.Step)) string {
		p := plan(t, fuse)
		i := slices.IndexFunc(p.Steps, func(s network.Step) bool { return s.First != nil && s.Residual != nil })
		s := p.Steps[i]
		change(&s)
		tables := eight.Tables(&SpecMinimum, Storage{})
		d, err := convFused(tables, &s)
		if err != nil {
			t.Fatal(err)
		}
		return d.Choice.Shape
	}
	same := func(*network.Step) {}
	even := func(v network.View) network.View {
		v.Planes = slices.Clone(v.Planes)
		for i := range v.Planes {
			v.Planes[i] = int32(1024 * i)
		}
		return v
	}
	unit := func(change func(f *network.Prior)) func(s *network.Step) {
		return func(s *network.Step) {
			first, f := *s.First.First, *s.First
			f.First = &first
			s.First = &f
			change(&f)
		}
	}
	shapes := map[string]string{}
	apart := func(fuse network.Fusion, name string, change func(s *network.Step)) {
		shape := build(fuse, change)
		if other, ok := shapes[shape]; ok {
			t.Errorf("%q and %q are one: %s", name, other, shape)
		}
		shapes[shape] = name
	}
	for name, change := range map[string]func(s *network.Step){
		"as it is":      same,
		"no residual":   func(s *network.Step) { s.Residual = nil },
		"no activation": func(s *network.Step) { s.Act = network.Activation{} },
		"no table":      func(s *network.Step) { s.Inputs = []network.View{even(s.Inputs[0])} },
		"wider pitch":   func(s *network.Step) { s.Output.RowStride += 4 },
		"smaller tile":  func(s *network.Step) { s.Tile.Rows = 1 },
		"between":       func(s *network.Step) { f := *s.First; f.Act = network.ReLU(); s.First = &f },
	} {
		apart(planOptions().Fuse&^(network.FuseUnit|network.FuseClassifier), name, change)
	}
	apart(network.FuseAll, "a wider unit", func(s *network.Step) {
		unit(func(f *network.Prior) {
			f.Shape = tensor.Shape{1, 30, 28, 28}
			f.Weights, f.Bias = tensor.New(30, 1, 3, 3), nil
			f.First.Weights, f.First.Bias = tensor.New(30, 20, 1, 1), nil
		})(s)
		s.Weights = tensor.New(60, 10, 1, 1)
	})
	for name, change := range map[string]func(f *network.Prior){
		"a unit":                  func(*network.Prior) {},
		"a unit without shuffle":  func(f *network.Prior) { f.Shuffle = 1 },
		"a unit without its relu": func(f *network.Prior) { f.First.Act = network.Activation{} },
		"a unit without groups":   func(f *network.Prior) { f.First.Op.Groups, f.First.Weights = 1, tensor.New(15, 60, 1, 1) },
	} {
		apart(network.FuseAll, name, unit(change))
	}
	if build(network.FuseAll, same) != build(network.FuseAll, func(s *network.Step) { s.Name, s.Layers = "other", nil }) {
		t.Error("the name makes a shape")
	}
}

// A choice overrules the family's variant for its shape and no other.
func TestChosenVariants(t *testing.T) {
	p := shuffleNet(t)
	standard, _ := choicesOf(t, p, eight)
	i := slices.IndexFunc(standard, func(c *Choice) bool { return c != nil && c.Bounds.Kernel == PointwiseFile })
	shape, v := standard[i].Shape, Variant{Channels: 4, Vectors: 2, Unroll: 1, Lanes: 32, Buffered: true}
	how := eight
	how.Chosen = map[string]Variant{shape: v, "another": v}
	got, ignored := choicesOf(t, p, how)
	if len(ignored) > 0 {
		t.Error(ignored)
	}
	for i, c := range got {
		if c == nil {
			continue
		}
		if tuned := c.Shape == shape; c.Tuned != tuned || tuned && c.Variant != v || !tuned && c.Variant != standard[i].Variant {
			t.Errorf("%s: %v, tuned %v", c.Shape, c.Variant, c.Tuned)
		}
	}
}

// A choice that does not fit is left aside, with a word, and is no error.
func TestUnfitChoices(t *testing.T) {
	p := shuffleNet(t)
	standard, _ := choicesOf(t, p, eight)
	for _, v := range []Variant{
		{},
		{Channels: 4},
		{Channels: 4, Vectors: 1, Unroll: 4, Lanes: 64, Rows: 1},
		{Channels: 400, Vectors: 1, Unroll: 1, Lanes: 64},
		{Channels: 8, Vectors: 1, Unroll: 1, Lanes: 1024},
		{Lanes: -16, Parts: -1, Rows: -1, Channels: -4, Vectors: -1, Unroll: -2},
	} {
		how := eight
		how.Chosen = map[string]Variant{}
		for _, c := range standard {
			if c != nil {
				how.Chosen[c.Shape] = v
			}
		}
		got, ignored := choicesOf(t, p, how)
		if len(ignored) != len(how.Chosen) {
			t.Errorf("%+v: %d of %d are ignored", v, len(ignored), len(how.Chosen))
		}
		for i, c := range got {
			if c != nil && (c.Tuned || c.Variant != standard[i].Variant) {
				t.Errorf("%+v: %s runs as %v", v, c.Shape, c.Variant)
			}
		}
		for _, line := range ignored {
			if !strings.Contains(line, ": ") {
				t.Errorf("why? %q", line)
			}
		}
	}
	// More work groups than the device takes are found out only when they are counted.
	limits := SpecMinimum
	limits.WorkGroupCount = [3]int{4, 65535, 65535}
	i := slices.IndexFunc(standard, func(c *Choice) bool { return c != nil && c.Bounds.Kernel == PointwiseFile && c.Bounds.Vectors == 196 })
	how := eight
	how.Pointwise.Vectors = 4
	how.Chosen = map[string]Variant{standard[i].Shape: {Channels: 8, Vectors: 1, Unroll: 1, Lanes: 64}}
	tables := how.Tables(&limits, Storage{})
	ds, err := tables.Dispatches(convPointwise, &p.Steps[i])
	if err != nil || len(tables.Ignored) != 1 || ds[0].Choice.Tuned {
		t.Errorf("%v, %q", err, tables.Ignored)
	}
}
