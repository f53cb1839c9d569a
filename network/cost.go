package network

import "slices"

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
	for i, n := range g.Nodes {
		if !movesNoData(n.Op) {
			f.launches++
		}
		for _, v := range n.Inputs {
			f.read(v, i, !movesNoData(n.Op))
		}
		for _, v := range n.Outputs {
			f.made[v] = i
			if f.last[v] > i {
				f.live++
			}
		}
		if f.live <= 1 && !opensUnit(n) || i+1 == len(g.Nodes) {
			f.close(g.Nodes[f.first:i+1], i)
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
	needed   map[*Value]int64
	output   map[*Value]bool
	last     map[*Value]int // the last node that reads a value
	made     map[*Value]int // the node that makes it, -1 for inputs
	live     int            // values made that are still to be read
	first    int            // node of the unit
	launches int            // in the unit
	entered  map[*Value]int // constants, and the last unit (by its first node) that read a value
	entering int64          // bytes
}

func newFloor(g *Graph) *floor {
	f := &floor{needed: neededBytes(g), output: map[*Value]bool{}, last: map[*Value]int{}, made: map[*Value]int{}, entered: map[*Value]int{}}
	for i, n := range g.Nodes {
		for _, v := range n.Inputs {
			f.last[v] = i
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

// read notes that node i reads v.
func (f *floor) read(v *Value, i int, launch bool) {
	if v == nil {
		return
	}
	unit, seen := f.entered[v]
	f.entered[v] = f.first
	if v.Const != nil {
		if !launch {
			delete(f.entered, v)
		} else if !seen {
			f.bytes += f.needed[v]
		}
		return
	}
	if f.made[v] < f.first && (!seen || unit != f.first) {
		f.entering += f.needed[v]
	}
	if f.last[v] == i {
		f.live--
		f.last[v] = -1 // count it once, if i reads it twice
	}
}

// close counts a unit of some nodes, of which i is the last.
func (f *floor) close(unit []*Node, i int) {
	if f.launches > 0 {
		f.bytes += f.entering
		for _, n := range unit {
			for _, v := range n.Outputs {
				if f.last[v] > i || f.output[v] {
					f.bytes += 4 * int64(v.Shape.Size())
				}
			}
		}
	}
	f.first, f.launches, f.entering = i+1, 0, 0
}

// neededBytes says how much of each value something reads: of one that is only
// cut up, the parts.
func neededBytes(g *Graph) map[*Value]int64 {
	needed := map[*Value]int64{}
	for _, v := range g.Outputs {
		needed[v] = 4 * int64(v.Shape.Size())
	}
	for _, n := range slices.Backward(g.Nodes) {
		var part int64
		for _, v := range n.Outputs {
			part += needed[v]
		}
		for _, v := range n.Inputs {
			if v == nil {
				continue
			}
			whole := 4 * int64(v.Shape.Size())
			if movesNoData(n.Op) {
				needed[v] = min(whole, needed[v]+part)
			} else {
				needed[v] = whole
			}
		}
	}
	return needed
}
