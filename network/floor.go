package network

// floorBytes is what a run must move at the least if each unit's input and
// output go through memory once, and each weight is read once, elements being of
// four bytes.
//
// A unit is what lies between two points of the network at which one value
// alone is needed later, and not one that has been read for what is an output: a
// residual block with its shortcut, or a single layer of a chain. A depthwise convolution is of one unit with what follows it, and with
// the pointwise one before it that widens what it sees; any convolution is with a
// pool that follows it, and a fully connected layer with the global pool before it and
// the softmax behind; and operators that move no data are of no unit. A network's
// outputs are always written, wherever they are made.
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
		if i+1 == len(g.Nodes) || f.live <= 1 && len(f.inner) == 0 && !f.readsAgain(first, i) {
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
	narrow   map[*Value]bool   // values that a depthwise convolution makes
	wide     map[*Value]bool   // that a pointwise one makes for a depthwise one alone
	end      map[*Value]bool   // of a classifier, in its middle
	live     int               // values made that are still to be read
	inner    map[*Value]bool   // of those, the ones that are of one unit with who reads them
	reader   map[*Value]*Node  // the one node that reads a value, nil if there are more
	constant map[*Value]bool   // that has been read
	seen     map[*Value]bool   // values that the unit has read
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
		inner: map[*Value]bool{}, reader: map[*Value]*Node{}, narrow: map[*Value]bool{},
		wide: map[*Value]bool{}, end: map[*Value]bool{}, seen: map[*Value]bool{}}
	for i, n := range g.Nodes {
		for _, v := range n.Inputs {
			if v != nil && v.Const == nil {
				if f.reader[v] = n; f.isRead(v) {
					f.reader[v] = nil
				}
				f.last[v] = i
			}
		}
	}
	for _, v := range g.Outputs {
		f.output[v], f.reader[v] = true, nil
	}
	for _, v := range g.Inputs {
		f.made[v] = -1
		if f.isRead(v) {
			f.live++
		}
	}
	return f
}

func (f *floor) isRead(v *Value) bool {
	_, read := f.last[v]
	return read
}

// keeps reports whether v, which n makes, is of one unit with what reads it.
func (f *floor) keeps(n *Node, v *Value) bool {
	if shuffles(n) {
		return f.wide[n.Inputs[0]]
	}
	if f.classifies(n, v) {
		f.end[v] = true
		return true
	}
	c, ok := n.Op.(Conv)
	if !ok {
		return false
	}
	if depthwise(n) {
		f.narrow[v] = true
		return true
	}
	r := f.reader[v]
	if r != nil && shuffles(r) {
		r = f.reader[r.Outputs[0]]
	}
	if r == nil {
		return false
	}
	if depthwise(r) {
		f.wide[v] = c.Pointwise() && !f.narrow[n.Inputs[0]]
		return f.wide[v]
	}
	_, pool := r.Op.(Pool)
	return pool && r == f.reader[v]
}

// classifies reports whether v is what a fully connected layer reads of a global pool,
// or a softmax of it.
func (f *floor) classifies(n *Node, v *Value) bool {
	r := f.reader[v]
	if r == nil {
		return false
	}
	switch n.Op.(type) {
	case GlobalPool:
		for flattens(r) {
			if r = f.reader[r.Outputs[0]]; r == nil {
				return false
			}
		}
		_, ok := r.Op.(FullyConnected)
		return ok
	case FullyConnected:
		_, ok := r.Op.(Softmax)
		return ok
	}
	return flattens(n) && f.end[n.Inputs[0]]
}

func shuffles(n *Node) bool {
	_, ok := n.Op.(ChannelShuffle)
	return ok
}

func depthwise(n *Node) bool {
	c, ok := n.Op.(Conv)
	return ok && c.G() > 1 && c.G() == n.Inputs[0].Shape[1]
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
	if f.seen[v] {
		return
	}
	f.seen[v] = true
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

// readsAgain reports whether a later node than i reads what the unit from node first on
// has read of values made before it.
func (f *floor) readsAgain(first, i int) bool {
	for v := range f.seen {
		if v.Const == nil && f.made[v] < first && f.last[v] > i {
			return true
		}
	}
	return false
}

// make notes that node i makes v.
func (f *floor) make(n *Node, v *Value, i int) {
	if f.made[v] = i; f.last[v] > i {
		f.live++
		if f.keeps(n, v) {
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
	clear(f.seen)
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
