package network_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// Steps between two barriers run in any order, or at once. So no step may write
// a float that another of its stretch reads or writes, and what it reads must
// have been written before the stretch. The writer may write whole planes, with
// the padding that rounds rows and planes up.

// span is a run of floats, by the first and the one behind the last.
type span struct{ start, end int }

// written lists the planes of a view with their padding.
func written(v *network.View) []span {
	size := v.Height * v.RowStride
	if v.Height*v.Width > 1 {
		size = (size + 3) / 4 * 4
	} else {
		size = 1
	}
	var spans []span
	for _, off := range v.Planes {
		spans = append(spans, span{int(off), int(off) + size})
	}
	return spans
}

// writtenBy lists what a step writes, of all its outputs.
func writtenBy(s *network.Step) []span {
	spans := written(&s.Output)
	if s.Beside != nil {
		spans = append(spans, written(&s.Beside.Output)...)
	}
	return spans
}

// readRows lists the rows of a view, without padding, and once where they stand
// for others.
func readRows(v *network.View) []span {
	if v.RowStride == 0 || v.ColumnStride == 0 {
		once := *v
		if v.RowStride == 0 {
			once.Height = 1
		}
		if v.ColumnStride == 0 {
			once.Width = 1
		}
		once.ColumnStride = 1
		once.RowStride = max(v.RowStride, once.Width)
		return readRows(&once)
	}
	if v.Height == 1 || v.RowStride == v.Width {
		var spans []span
		for _, off := range v.Planes {
			spans = append(spans, span{int(off), int(off) + v.Height*v.Width})
		}
		return spans
	}
	var spans []span
	for _, off := range v.Planes {
		for y := range v.Height {
			at := int(off) + y*v.RowStride
			spans = append(spans, span{at, at + v.Width})
		}
	}
	return spans
}

func operandsOf(s *network.Step) []*network.View {
	var views []*network.View
	for i := range s.Inputs {
		views = append(views, &s.Inputs[i])
	}
	if s.Residual != nil {
		views = append(views, s.Residual)
	}
	if s.Beside != nil {
		views = append(views, &s.Beside.Input)
	}
	return views
}

// memory notes for each float of the arena who wrote and who read it last.
type memory struct {
	writer, reader []int32 // steps; -1 for inputs and constants, nobody for none
	fixed          []bool  // never to be written: constants and guards
}

const nobody = -2

func newMemory(p *network.Plan) *memory {
	m := &memory{make([]int32, p.ArenaFloats), make([]int32, p.ArenaFloats), make([]bool, p.ArenaFloats)}
	for i := range m.writer {
		m.writer[i], m.reader[i] = nobody, nobody
	}
	load := func(b *network.Binding, fixed bool) error {
		for _, s := range written(&b.View) {
			for i := s.start; i < s.end; i++ {
				if m.writer[i] != nobody {
					return fmt.Errorf("%q shares float %d with another input or constant", b.Name, i)
				}
				m.writer[i], m.fixed[i] = -1, fixed
			}
		}
		return nil
	}
	for i := range p.Inputs {
		if err := load(&p.Inputs[i], false); err != nil {
			panic(err)
		}
	}
	for i := range p.Consts {
		if err := load(&p.Consts[i].Binding, true); err != nil {
			panic(err)
		}
	}
	for _, g := range p.Guards {
		for i := g.Start; i < g.End; i++ {
			if m.writer[i] != nobody {
				panic(fmt.Sprintf("float %d is of a guard and of an input or constant", i))
			}
			m.fixed[i] = true
		}
	}
	return m
}

// hazards runs through a plan and reports the first conflict. It returns the
// memory as it is in the end, and the barriers, by their steps, without which
// there would have been a conflict between the stretches on both sides.
func hazards(p *network.Plan) (m *memory, needed map[int]bool, err error) {
	m, needed = newMemory(p), map[int]bool{}
	last, first := int32(0), int32(0) // where the last stretch and this one begin
	for i := range p.Steps {
		s, me := &p.Steps[i], int32(i)
		if s.Barrier {
			last, first = first, me
		}
		// meet notes that an access meets one of an earlier step.
		meet := func(f int, doing, done string, other int32) error {
			switch {
			case other >= first:
				return fmt.Errorf("step %d %s float %d, which step %d of the same stretch %s", i, doing, f, other, done)
			case other >= last:
				needed[int(first)] = true
			}
			return nil
		}
		for _, v := range operandsOf(s) {
			// Each element of what is written over is read before.
			over := v == s.Residual && reflect.DeepEqual(v.Planes, s.Output.Planes) && v.RowStride == s.Output.RowStride
			for _, r := range readRows(v) {
				for f := r.start; f < r.end; f++ {
					w := m.writer[f]
					if w == nobody {
						return m, needed, fmt.Errorf("step %d reads float %d, which nobody has written", i, f)
					}
					if w >= last {
						if err := meet(f, "reads", "writes", w); err != nil {
							return m, needed, err
						}
					}
					if !over {
						m.reader[f] = me
					}
				}
			}
		}
		for _, r := range writtenBy(s) {
			for f := r.start; f < r.end; f++ {
				if m.fixed[f] {
					return m, needed, fmt.Errorf("step %d writes float %d of a constant or guard", i, f)
				}
				if m.reader[f] >= last {
					if err := meet(f, "writes", "reads", m.reader[f]); err != nil {
						return m, needed, err
					}
				}
				if m.writer[f] >= last {
					if err := meet(f, "writes", "writes", m.writer[f]); err != nil {
						return m, needed, err
					}
				}
				m.writer[f] = me
			}
		}
	}
	return m, needed, nil
}

// checkHazards sees that steps between barriers are independent, and that every
// barrier is needed.
func checkHazards(t *testing.T, _ *network.Graph, _ network.PlanOptions, p *network.Plan) {
	m, needed, err := hazards(p)
	if err != nil {
		t.Fatal(err)
	}
	barriers, level := 0, 0
	for i, s := range p.Steps {
		if s.Barrier {
			barriers++
			level++
			if !needed[i] {
				t.Errorf("nothing needs the barrier before step %d", i)
			}
		}
		if s.Level != level {
			t.Errorf("step %d has level %d behind %d barriers", i, s.Level, level)
		}
	}
	if barriers != p.Barriers {
		t.Errorf("%d barriers are counted, there are %d", p.Barriers, barriers)
	}
	checkOutputs(t, p, m)
}

// checkOutputs sees that every output is complete in the end, and is what one
// step wrote, in the plan's last state and not in one overwritten since: of a step's
// results each that reaches an output.
func checkOutputs(t *testing.T, p *network.Plan, m *memory) {
	t.Helper()
	inOutput := map[int]bool{}
	for _, o := range p.Outputs {
		if _, _, even := o.View.Even(); !even {
			t.Errorf("the planes of output %q are not at equal distances", o.Name)
		}
		for _, r := range readRows(&o.View) {
			for f := r.start; f < r.end; f++ {
				if m.writer[f] < 0 {
					t.Fatalf("output %q: no step has written float %d", o.Name, f)
				}
				inOutput[f] = true
			}
		}
	}
	for i := range p.Steps {
		for _, result := range p.Steps[i].Results() {
			kept, lost := false, -1
			for _, r := range written(result.View) {
				for f := r.start; f < r.end; f++ {
					kept = kept || inOutput[f] && m.writer[f] == int32(i)
					if m.writer[f] != int32(i) {
						lost = f
					}
				}
			}
			if kept && lost >= 0 {
				t.Fatalf("step %d, which writes output %q, loses float %d to step %d", i, result.Name, lost, m.writer[lost])
			}
		}
	}
}

// The checker is worth what it detects: a plan without one of its barriers, or
// with an output moved onto an operand, must fail.
func TestHazardsAreSeen(t *testing.T) {
	g := parse(t, `
		x = input 1x4x6x6
		a = conv 4 : x
		b = softmax : a
		c = conv 4 k3 : b
		y = softmax : c
		out y`)
	plan := func() *network.Plan {
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for i := range plan().Steps[1:] {
		p := plan()
		p.Steps[i+1].Barrier = false
		if _, _, err := hazards(p); err == nil {
			t.Errorf("without the barrier before step %d, no hazard is seen", i+1)
		}
		p = plan()
		p.Steps[i].Output = p.Steps[i].Inputs[0]
		if _, _, err := hazards(p); err == nil {
			t.Errorf("with step %d in place, no hazard is seen", i)
		}
	}
}
