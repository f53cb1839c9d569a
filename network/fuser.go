package network

import "github.com/shufflegl/shufflegl/tensor"

// Fuser decides which launches are fused, for a backend whose time CostModel does not
// tell: that of a CPU, say. It is a value that can be compared.
type Fuser interface {
	// Tile is the part of y, the output of op, for which first is done at a time, and
	// whether that is faster than the two one after the other. x is the shape of what first
	// reads, and floats is PlanOptions.SharedFloats.
	Tile(first *Prior, op Op, x, y tensor.Shape, floats int) (t Tile, pays bool)
}

// fuses gives a node that does p too its tile, one of so many channels, and reports
// whether it is better than n and p.
func (o *PlanOptions) fuses(fused, n, p *Node, channels []int) (pays bool) {
	if o.Fuser != nil {
		fused.tile, pays = o.Fuser.Tile(fused.First, n.Op, p.Inputs[0].Shape, n.Outputs[0].Shape, o.SharedFloats)
		return pays || o.Fuse.has(FuseAlways)
	}
	m := &o.Cost
	time, ok := m.bestTile(fused, channels, o.SharedFloats)
	return ok && o.Fuse.pays(time, m.time(m.workOf(p))+m.Barrier+m.time(m.workOf(n)))
}
