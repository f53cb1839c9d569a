package network

// floorBytes is what a run must move at the least if each unit's input and
// output go through memory once, and each weight is read once, elements being of
// four bytes.
//
// A unit is what lies between two points of the network at which one value
// alone is needed later: a residual block with its shortcut, or a single layer
// of a chain. A depthwise convolution is of one unit with what follows it, any
// convolution with a pool that follows it, and operators that move no data are of
// no unit. A network's outputs are always written, wherever they are made.
//
// Each node is told its part: what it is the first of its unit to read, and what
// of its output leaves the unit.
func floorBytes(g *Graph) (bytes int64) {
	f := newFloor(g)
	first := 0 // node of the unit
	for i, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v == nil {
				continue
			}
			if !movesNoData(n.Op) {
				f.read(n, v, first)
			}
			if v.Const == nil && f.last[v] == i {
				f.live--
				f.last[v] = -1 // count it once, if i reads it twice
				delete(f.inner, v)
			}
		}
		for _, v := range n.Outputs {
			f.make(n, v, i)
		}
		if i+1 == len(g.Nodes) || f.live <= 1 && len(f.inner) == 0 {
			f.close(g.Nodes, first, i+1)
			first = i + 1
		}
	}
	for _, n := range g.Nodes {
		bytes += n.floor
	}
	return bytes
}

// floorOf gives the nodes of a graph their parts of the floor of the same graph
// optimised.
func (g *Graph) floorOf(optimised *Graph) {
	byName := map[string]*Node{}
	for _, n := range g.Nodes {
		if !movesNoData(n.Op) {
			byName[n.Name] = n
		}
	}
	for _, n := range optimised.Nodes {
		for _, name := range n.Layers() {
			if m := byName[name]; m != nil {
				m.floor += n.floor
				break
			}
		}
	}
}

// floor is the state of floorBytes as it goes through the nodes.
type floor struct {
	output   map[*Value]bool
	last     map[*Value]int    // the last node that reads a value
	made     map[*Value]int    // the node that makes it, -1 for inputs
	parts    map[*Value][]part // of values that are views
	live     int               // values made that are still to be read
	inner    map[*Value]bool   // of those, the ones that are of one unit with who reads them
	pooled   map[*Value]bool   // values that one pool alone reads
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
		parts: map[*Value][]part{}, constant: map[*Value]bool{}, entering: map[*Value]int64{},
		inner: map[*Value]bool{}, pooled: map[*Value]bool{}}
	for i, n := range g.Nodes {
		_, pool := n.Op.(Pool)
		for _, v := range n.Inputs {
			if v != nil && v.Const == nil {
				_, read := f.last[v]
				f.last[v], f.pooled[v] = i, pool && !read
			}
		}
	}
	for _, v := range g.Outputs {
		f.output[v], f.pooled[v] = true, false
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

// read notes that n, of the unit that began at node first, reads v.
func (f *floor) read(n *Node, v *Value, first int) {
	for _, p := range f.partsOf(v) {
		switch {
		case p.of.Const != nil:
			if !f.constant[p.of] {
				f.constant[p.of] = true
				n.floor += p.bytes
			}
		case f.made[p.of] < first:
			n.floor += more(f.entering, p)
		}
	}
}

// make notes that node i makes v.
func (f *floor) make(n *Node, v *Value, i int) {
	if f.made[v] = i; f.last[v] > i {
		f.live++
		if c, ok := n.Op.(Conv); ok && (c.G() > 1 && c.G() == n.Inputs[0].Shape[1] || f.pooled[v]) {
			f.inner[v] = true
		}
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

// more adds a part to what is counted of the whole already, and gives the increase.
func more(counted map[*Value]int64, p part) int64 {
	before := counted[p.of]
	counted[p.of] = min(before+p.bytes, sizeInBytes(p.of))
	return counted[p.of] - before
}

// close counts what leaves the unit of nodes first to end.
func (f *floor) close(nodes []*Node, first, end int) {
	clear(f.entering)
	leaving := map[*Value]int64{}
	for _, n := range nodes[first:end] {
		for _, v := range n.Outputs {
			if f.last[v] < end && !f.output[v] {
				continue
			}
			for _, p := range f.partsOf(v) {
				if made := f.made[p.of]; p.of.Const == nil && made >= first {
					nodes[made].floor += more(leaving, p)
				}
			}
		}
	}
}
