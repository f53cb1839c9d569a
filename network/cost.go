package network

// stepBytes counts what a launch reads and writes: every operand once.
func stepBytes(s Step) int64 {
	bytes := s.Output.Bytes()
	read := func(v View) {
		bytes += v.Bytes()
		if _, _, even := v.Even(); !even {
			bytes += 4 * int64(len(v.Planes)) // the index table
		}
	}
	for _, v := range s.Inputs {
		read(v)
	}
	if s.Residual != nil {
		read(*s.Residual)
	}
	if s.Weights != nil {
		bytes += 4 * int64(len(s.Weights.Data))
	}
	if f := s.First; f != nil {
		bytes += 4 * int64(len(f.Weights.Data))
		if f.Bias != nil {
			bytes += 4 * int64(len(f.Bias.Data))
		}
	}
	if s.Bias != nil {
		bytes += 4 * int64(len(s.Bias.Data))
	}
	return bytes
}

// floorBytes is what a run must move at the least if each unit's input and
// output go through memory once, and each weight is read once.
//
// A unit is what lies between two points of the network at which one value
// alone is needed later: a residual block with its shortcut, or a single layer
// of a chain. A depthwise convolution is of one unit with what follows it, and
// operators that move no data are of no unit. A network's outputs are always
// written, wherever they are made.
func floorBytes(g *Graph) int64 {
	f := newFloor(g)
	first := 0 // node of the unit
	for i, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v == nil {
				continue
			}
			if !movesNoData(n.Op) {
				f.read(v, first)
			}
			if v.Const == nil && f.last[v] == i {
				f.live--
				f.last[v] = -1 // count it once, if i reads it twice
			}
		}
		for _, v := range n.Outputs {
			f.make(n, v, i)
		}
		if f.live <= 1 && !opensUnit(n) || i+1 == len(g.Nodes) {
			f.close(g.Nodes[first:i+1], first)
			first = i + 1
		}
	}
	return f.bytes
}

// opensUnit reports whether a node is of one unit with what follows it.
func opensUnit(n *Node) bool {
	c, ok := n.Op.(Conv)
	return ok && c.G() > 1 && c.G() == n.Inputs[0].Shape[1]
}

// floor is the state of floorBytes as it goes through the nodes.
type floor struct {
	bytes    int64
	output   map[*Value]bool
	last     map[*Value]int    // the last node that reads a value
	made     map[*Value]int    // the node that makes it, -1 for inputs
	parts    map[*Value][]part // of values that are views
	live     int               // values made that are still to be read
	constant map[*Value]bool   // that has been read
	entering map[*Value]int64  // bytes that the unit reads of values made before it
}

// part is how much of a value that was computed, or put in, a view shows.
type part struct {
	of    *Value
	bytes int64
}

func sizeInBytes(v *Value) int64 { return 4 * int64(v.Shape.Size()) }

func newFloor(g *Graph) *floor {
	f := &floor{output: map[*Value]bool{}, last: map[*Value]int{}, made: map[*Value]int{},
		parts: map[*Value][]part{}, constant: map[*Value]bool{}, entering: map[*Value]int64{}}
	for i, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v != nil && v.Const == nil {
				f.last[v] = i
			}
		}
	}
	for _, v := range g.Outputs {
		f.output[v] = true
	}
	for _, v := range g.Inputs {
		f.made[v] = -1
		if _, used := f.last[v]; used {
			f.live++
		}
	}
	return f
}

// partsOf lists what v is a view of, at worst of itself.
func (f *floor) partsOf(v *Value) []part {
	if p, ok := f.parts[v]; ok {
		return p
	}
	return []part{{v, sizeInBytes(v)}}
}

// read notes that a launch of the unit that began at node first reads v.
func (f *floor) read(v *Value, first int) {
	for _, p := range f.partsOf(v) {
		switch {
		case p.of.Const != nil:
			if !f.constant[p.of] {
				f.constant[p.of] = true
				f.bytes += p.bytes
			}
		case f.made[p.of] < first:
			f.entering[p.of] = min(f.entering[p.of]+p.bytes, sizeInBytes(p.of))
		}
	}
}

// make notes that node i makes v.
func (f *floor) make(n *Node, v *Value, i int) {
	if f.made[v] = i; f.last[v] > i {
		f.live++
	}
	if !movesNoData(n.Op) {
		return
	}
	room, parts := sizeInBytes(v), []part{}
	for _, x := range n.Inputs {
		for _, p := range f.partsOf(x) {
			p.bytes = min(p.bytes, room)
			room -= p.bytes
			parts = append(parts, p)
		}
	}
	f.parts[v] = parts
}

// close counts the unit of some nodes, the first of them given.
func (f *floor) close(unit []*Node, first int) {
	for _, bytes := range f.entering {
		f.bytes += bytes
	}
	clear(f.entering)
	leaving := map[*Value]int64{}
	for _, n := range unit {
		for _, v := range n.Outputs {
			if f.last[v] < first+len(unit) && !f.output[v] {
				continue
			}
			for _, p := range f.partsOf(v) {
				if p.of.Const == nil && f.made[p.of] >= first {
					leaving[p.of] = min(leaving[p.of]+p.bytes, sizeInBytes(p.of))
				}
			}
		}
	}
	for _, bytes := range leaving {
		f.bytes += bytes
	}
}
