package network

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String lists the plan, one line a launch. A bar before a launch is a barrier.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d launches, %d barriers, %.1f M multiply-adds, %.2f MB moved (floor %.2f MB), arena %.2f MB\n",
		p.Name, len(p.Steps), p.Barriers, float64(p.MACs)/1e6, float64(p.Bytes)/1e6, float64(p.FloorBytes)/1e6, float64(p.ArenaBytes())/1e6)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, " \t#\tkernel\tparameters\tinput\toutput\tMMAC\tKB\tlayers")
	for i, s := range p.Steps {
		bar := " "
		if s.Barrier {
			bar = "|"
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%v\t%.2f\t%.1f\t%s\n", bar, i, s.Kernel, s.parameters(), s.reads(),
			s.Output.Shape, float64(s.MACs)/1e6, float64(s.Bytes)/1e3, strings.Join(s.Layers, "+"))
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// reads tells the operands' shapes, marking those found through an index table.
func (s Step) reads() string {
	var parts []string
	for _, v := range s.Inputs {
		t := v.Shape.String()
		if _, _, even := v.Even(); !even {
			t += " by index"
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, ", ")
}

// parameters tells what the operator does, and what is fused behind it.
func (s Step) parameters() string {
	var t []string
	window := func(w Window) {
		w = w.Normal()
		t = append(t, fmt.Sprintf("%dx%d", w.Kernel[0], w.Kernel[1]))
		if w.Stride != [2]int{1, 1} {
			t = append(t, "stride "+both(w.Stride))
		}
		if w.Dilation != [2]int{1, 1} {
			t = append(t, "dilation "+both(w.Dilation))
		}
	}
	if s.First != nil {
		t = append(t, "depthwise")
		window(s.First.Op.Window)
		if s.First.Act.On() {
			t = append(t, "+"+s.First.Act.String())
		}
		t = append(t, "then")
	}
	switch op := s.Op.(type) {
	case Conv:
		window(op.Window)
		if op.G() > 1 && s.Kernel != ConvDepthwise {
			t = append(t, fmt.Sprintf("groups %d", op.G()))
		}
	case Pool:
		t = append(t, op.Reduce.String())
		window(op.Window)
	case GlobalPool:
		t = append(t, op.Reduce.String())
	case Softmax:
		t = append(t, fmt.Sprintf("axis %d", op.Axis))
	case Binary:
		t = append(t, strings.ToLower(op.Kind()))
	case Activate:
		t = append(t, op.Fn.String())
	case Identity:
		t = append(t, "copy")
	}
	if s.Residual != nil {
		t = append(t, "+residual")
	}
	if s.Act.On() {
		t = append(t, "+"+s.Act.String())
	}
	return strings.Join(t, " ")
}

func both(v [2]int) string {
	if v[0] == v[1] {
		return fmt.Sprint(v[0])
	}
	return fmt.Sprintf("%dx%d", v[0], v[1])
}
