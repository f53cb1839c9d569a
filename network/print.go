package network

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String lists the plan, one line a launch, and one more without a number for what
// the launch does beside. A bar before a launch is a barrier. "over" are the
// kilobytes above the launch's part of the floor.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d launches, %d barriers, %.1f M multiply-adds, %.2f MB moved (floor %.2f MB), arena %.2f MB\n",
		p.Name, len(p.Steps), p.Barriers, float64(p.MACs)/1e6, float64(p.Bytes)/1e6, float64(p.FloorBytes)/1e6, float64(p.ArenaBytes())/1e6)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, " \t#\tkernel\tparameters\tinput\toutput\tMMAC\tKB\tover\tMAC/B\tlayers")
	for i, s := range p.Steps {
		bar := " "
		if s.Barrier {
			bar = "|"
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%v\t%.2f\t%.1f\t%.1f\t%.1f\t%s\n", bar, i, s.Kernel, s.parameters(), reading(s.Inputs...),
			s.Output.Shape, float64(s.MACs)/1e6, float64(s.Bytes)/1e3, float64(s.Bytes-s.FloorBytes)/1e3, s.Intensity(), together(s.Layers))
		if b := s.Beside; b != nil {
			pool := Step{Op: b.Op, Act: b.Act}
			fmt.Fprintf(w, " \t\tbeside it: %s\t%s\t%s\t%v\t\t\t\t\t%s\n", PoolWindow, pool.parameters(), reading(b.Input), b.Output.Shape, together(b.Layers))
		}
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// together joins layers' names, and writes what they begin with once: as in
// "stage2.unit1.(conv+bn+relu)".
func together(names []string) string {
	shared := 0 // bytes
	if len(names) > 1 {
		for i, r := range names[0] {
			if (r == '.' || r == '/') && allBegin(names, names[0][:i+1]) {
				shared = i + 1
			}
		}
	}
	if shared == 0 {
		return strings.Join(names, "+")
	}
	rest := make([]string, len(names))
	for i, name := range names {
		rest[i] = name[shared:]
	}
	return names[0][:shared] + "(" + strings.Join(rest, "+") + ")"
}

// allBegin reports whether all names begin so, and go on.
func allBegin(names []string, with string) bool {
	for _, name := range names {
		if !strings.HasPrefix(name, with) || name == with {
			return false
		}
	}
	return true
}

// Intensity is how many multiply-adds the step does for each byte that it moves.
func (s *Step) Intensity() float64 { return float64(s.MACs) / float64(s.Bytes) }

// reading tells operands' shapes, marking those found through an index table.
func reading(views ...View) string {
	var parts []string
	for _, v := range views {
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
	if f := s.First; f != nil {
		if e := f.First; e != nil {
			window(e.Op.Window)
			if e.Op.G() > 1 {
				t = append(t, fmt.Sprintf("groups %d", e.Op.G()))
			}
			if e.Act.On() {
				t = append(t, "+"+e.Act.String())
			}
			t = append(t, "then")
		}
		if s.Kernel != ConvPooled {
			t = append(t, "depthwise")
		}
		window(f.Op.Window)
		if s.Kernel == ConvPooled && f.Op.G() > 1 {
			t = append(t, fmt.Sprintf("groups %d", f.Op.G()))
		}
		if f.Act.On() {
			t = append(t, "+"+f.Act.String())
		}
		t = append(t, "then")
	}
	switch op := s.Op.(type) {
	case FullyConnected:
		if c := s.Classifier; c != nil {
			if c.Pool != nil {
				t = append(t, c.Pool.Reduce.String(), "then")
			}
			t = append(t, "connected")
		}
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
	if s.First != nil {
		t = append(t, s.Tile.String())
	}
	if c := s.Classifier; c != nil {
		if c.Softmax {
			t = append(t, "then softmax")
		}
		t = append(t, fmt.Sprintf("in parts %dx%d", c.Inputs, c.Outputs))
	}
	return strings.Join(t, " ")
}

func both(v [2]int) string {
	if v[0] == v[1] {
		return fmt.Sprint(v[0])
	}
	return fmt.Sprintf("%dx%d", v[0], v[1])
}
