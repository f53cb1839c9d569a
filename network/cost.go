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
// operators that move no data are of no unit.
func floorBytes(g *Graph) int64 {
	lastUse := map[*Value]int{}
	for i, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v != nil && v.Const == nil {
				lastUse[v] = i
			}
		}
	}
	live := map[*Value]bool{}
	moved := map[*Value]bool{}
	size := func() (bytes int64) {
		for v := range live {
			moved[v] = true
			bytes += 4 * int64(v.Shape.Size())
		}
		return bytes
	}
	for _, v := range g.Inputs {
		live[v] = true
	}
	var floor int64
	counted := map[*Value]bool{}
	entering, launches := size(), 0
	for i, n := range g.Nodes {
		if !movesNoData(n.Op) {
			launches++
			for _, v := range n.Inputs {
				if v != nil && v.Const != nil && !counted[v] {
					counted[v] = true
					floor += 4 * int64(v.Shape.Size())
				}
			}
		}
		for v := range live {
			if last, used := lastUse[v]; !used || last <= i {
				delete(live, v)
			}
		}
		for _, v := range n.Outputs {
			live[v] = true
		}
		c, conv := n.Op.(Conv)
		opens := conv && c.G() > 1 && c.G() == n.Inputs[0].Shape[1] && i+1 < len(g.Nodes)
		if len(live) > 1 && i+1 < len(g.Nodes) || opens {
			continue
		}
		if launches > 0 {
			floor += entering + size()
		}
		entering, launches = size(), 0
	}
	for _, v := range g.Outputs {
		if !moved[v] { // computed amid a unit
			floor += 4 * int64(v.Shape.Size())
		}
	}
	return floor
}
