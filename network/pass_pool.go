package network

// fusePool lets a pool do the convolution before it: most networks begin so, and
// what lies between is the largest map that they have.
func (r *rewriter) fusePool(n *Node, opt PlanOptions) bool {
	if _, ok := n.Op.(Pool); !ok || n.First != nil {
		return false
	}
	p := r.private(n.Inputs[0])
	if p == nil {
		return false
	}
	op, ok := p.Op.(Conv)
	if !ok || len(p.Inputs[0].Shape) != 4 {
		return false
	}
	if k, err := kernelFor(op, p.Inputs[0].Shape, p.Outputs[0].Shape); err != nil || k != ConvGeneral {
		return false
	}
	outputs := p.Outputs[0].Shape[1] / op.G()
	var channels []int
	for c := align(min(outputs, opt.Cost.Window/2), 4); c > 0; c -= 4 {
		channels = append(channels, min(c, outputs))
	}
	return r.fusePrior(n, p, op, channels, opt)
}
