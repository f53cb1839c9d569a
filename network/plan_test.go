package network_test

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Planes of more than one element begin at multiples of four floats wherever a
// buffer begins; so does every buffer, at those of sixteen.
func checkAlignment(t *testing.T, _ *network.Graph, o network.PlanOptions, p *network.Plan) {
	check := func(what string, v *network.View) {
		if v.Height > 1 && v.RowStride%max(o.Align, 1) != 0 {
			t.Errorf("%s has rows of %d floats", what, v.RowStride)
		}
		for _, off := range v.Planes {
			if v.Height*v.Width > 1 && off%4 != 0 {
				t.Fatalf("%s has a plane at float %d", what, off)
			}
			if int(off)+v.Height*v.RowStride > p.ArenaFloats || off < 0 {
				t.Fatalf("%s has a plane at float %d of %d", what, off, p.ArenaFloats)
			}
		}
	}
	for i := range p.Steps {
		for _, r := range p.Steps[i].Results() {
			check("a step's output", r.View)
		}
	}
	for i := range p.Inputs {
		check("an input", &p.Inputs[i].View)
		if p.Inputs[i].View.Planes[0]%16 != 0 {
			t.Errorf("input %d begins at float %d", i, p.Inputs[i].View.Planes[0])
		}
	}
	for i := range p.Consts {
		check("a constant", &p.Consts[i].View)
	}
	if p.ArenaFloats%16 != 0 {
		t.Errorf("an arena of %d floats", p.ArenaFloats)
	}
}

// With guards, nothing lies beside anything else without unused floats between.
func checkGuards(t *testing.T, _ *network.Graph, o network.PlanOptions, p *network.Plan) {
	if o.Guard == 0 {
		if len(p.Guards) > 0 {
			t.Errorf("guards %v, none were asked for", p.Guards)
		}
		return
	}
	if first, last := p.Guards[0], p.Guards[len(p.Guards)-1]; first.Start != 0 || last.End != p.ArenaFloats {
		t.Errorf("the arena of %d floats begins with guard %v and ends with %v", p.ArenaFloats, first, last)
	}
	for _, g := range p.Guards {
		if g.End-g.Start < o.Guard {
			t.Errorf("guard %v is of less than %d floats", g, o.Guard)
		}
	}
}

// What a plan says of its cost is what can be counted from outside.
func checkCosts(t *testing.T, g *network.Graph, o network.PlanOptions, p *network.Plan) {
	element := cmp.Or(o.ElementBytes, 4)
	var macs, sum, steps, floor int64
	for _, n := range usedNodes(g) {
		macs += network.MACs(n)
	}
	for _, s := range p.Steps {
		if want := movedBytes(&s, element); s.Bytes != want {
			t.Errorf("step %q: %d bytes, want %d", s.Name, s.Bytes, want)
		}
		sum, steps, floor = sum+s.Bytes, steps+s.MACs, floor+s.FloorBytes
		// (Of operators that are not fused, one is told the floor of all.)
		if s.FloorBytes < 0 || s.FloorBytes > s.Bytes && !o.NoFusion {
			t.Errorf("step %q: %d bytes, its floor is %d", s.Name, s.Bytes, s.FloorBytes)
		}
	}
	if p.MACs != macs || steps != macs {
		t.Errorf("%d multiply-adds, %d in the steps; the source has %d", p.MACs, steps, macs)
	}
	if p.Bytes != sum || p.FloorBytes > p.Bytes || p.FloorBytes != floor {
		t.Errorf("%d bytes of %d in steps, floor %d of %d in steps", p.Bytes, sum, p.FloorBytes, floor)
	}
	if p.ElementBytes != element || p.ArenaBytes() != int64(p.ArenaFloats*element) {
		t.Errorf("%d bytes for %d floats", p.ArenaBytes(), p.ArenaFloats)
	}
}

// usedNodes are those that an output of the graph depends on.
func usedNodes(g *network.Graph) (used []*network.Node) {
	wanted := map[value]bool{}
	for _, v := range g.Outputs {
		wanted[v] = true
	}
	for _, n := range slices.Backward(g.Nodes) {
		if !slices.ContainsFunc(n.Outputs, func(v value) bool { return wanted[v] }) {
			continue
		}
		used = append(used, n)
		for _, v := range n.Inputs {
			wanted[v] = true
		}
	}
	return used
}

// movedBytes counts the elements that a step names, of maps and of weights, and the
// entries of index tables.
func movedBytes(s *network.Step, element int) int64 {
	elements, entries := 0, 0
	for _, r := range s.Results() {
		elements += len(r.View.Planes) * r.View.Height * r.View.Width
	}
	for _, v := range operandsOf(s) {
		if (v == s.Residual || s.Beside != nil && v == &s.Beside.Input) && reflect.DeepEqual(*v, s.Inputs[0]) {
			continue // read already
		}
		for _, row := range readRows(v) {
			elements += row.end - row.start
		}
		for p := 2; p < len(v.Planes); p++ {
			if v.Planes[p]-v.Planes[p-1] != v.Planes[1]-v.Planes[0] {
				entries += len(v.Planes)
				break
			}
		}
	}
	weights := []*tensor.Tensor{s.Weights, s.Bias}
	for f := s.First; f != nil; f = f.First {
		weights = append(weights, f.Weights, f.Bias)
	}
	for _, w := range weights {
		if w != nil {
			elements += w.Shape.Size()
		}
	}
	return int64(elements*element + entries*4)
}

// Planning has no clock, no chance and no order of maps in it.
func checkSameAgain(t *testing.T, g *network.Graph, o network.PlanOptions, p *network.Plan) {
	again, err := network.NewPlan(g, o)
	if err != nil {
		t.Fatal(err)
	}
	if p.Source != g || again.Source != g {
		t.Error("the plan's source is not the graph given")
	}
	if !reflect.DeepEqual(withoutWeights(p), withoutWeights(again)) {
		t.Errorf("planned again, it is\n%v", again)
	}
	for i, s := range p.Steps {
		if w := s.Weights; w != nil && w.Shape.Size() < 10_000 && !reflect.DeepEqual(w, again.Steps[i].Weights) {
			t.Errorf("planned again, step %d has other weights", i)
		}
	}
}

// withoutWeights leaves out what takes long to compare.
func withoutWeights(p *network.Plan) network.Plan {
	q := *p
	q.Source, q.Steps = nil, slices.Clone(p.Steps)
	for i := range q.Steps {
		q.Steps[i].Weights, q.Steps[i].Bias = nil, nil
	}
	return q
}

// The floor by hand: units are [conv], [depthwise and pointwise], [both branches
// and their sum].
func TestFloor(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		floats      int64
	}{
		{"a layer: input, weights, output", `
			x = input 1x4x4x4
			y = conv 2 : x
			out y`, 64 + 8 + 32},
		{"two layers: what lies between is written and read", `
			x = input 1x4x4x4
			a = conv 2 : x
			y = conv 3 bias : a
			out y`, 64 + 8 + 2*32 + 6 + 3 + 48},
		{"a depthwise convolution is of one unit with what follows", `
			x = input 1x4x4x4
			a = conv 4 k3 g4 : x
			y = conv 3 : a
			out y`, 64 + 36 + 12 + 48},
		{"a convolution is of one unit with the pool that follows", `
			x = input 1x4x4x4
			a = conv 4 k3 : x
			y = maxpool k2 s2 p0 : a
			out y`, 64 + 144 + 16},
		{"what lies between is written where another reads it", `
			x = input 1x4x4x4
			a = conv 4 k3 : x
			y = maxpool k2 s2 p0 : a
			z = softmax : a
			out y z`, 64 + 144 + 64 + 64 + 16 + 64},
		{"a residual block is one unit", `
			x = input 1x4x4x4
			a = conv 2 : x
			b = conv 4 : a
			s = add : b x
			y = relu : s
			out y`, 64 + 8 + 8 + 64},
		{"shuffle, concatenation and activation cost nothing", `
			x = input 1x4x4x4
			a = conv 4 : x
			b = shuffle g2 : a
			c = avgpool : x
			d = concat : c b
			y = relu : d
			out y`, 64 + 16 + 128},
		{"only the parts that are read count", `
			x = input 1x4x4x4
			s = slice 0:1:1 : x
			y = conv 2 : s
			out y`, 16 + 2 + 32},
		{"an input that nothing reads does not count", `
			u = input 1x4x4x4
			x = input 4
			y = softmax axis0 : x
			out y`, 4 + 4},
		{"two heads read the trunk together", `
			x = input 1x4x4x4
			a = conv 2 : x
			b = conv 3 : x
			out a b`, 64 + 8 + 12 + 32 + 48},
		{"a constant that is added", `
			x = input 1x4
			k = const 1x4
			y = add : x k
			out y`, 12},
	} {
		g := parse(t, c.graph)
		for _, o := range []network.PlanOptions{{}, {NoFusion: true}, {ElementBytes: 2}} {
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			if want := c.floats * int64(cmp.Or(o.ElementBytes, 4)); p.FloorBytes != want {
				t.Errorf("%s, %+v: %d bytes, want %d", c.name, o, p.FloorBytes, want)
			}
		}
	}
}
