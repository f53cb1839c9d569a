package network

import "math"

// Classifier is what the launch of a fully connected layer does around it, as networks
// end: the global pool of its input before it, and the softmax of its outputs behind
// it. Work groups share out the inputs as well as the outputs, so that each pools what
// it multiplies; those that come last add up what the others have left in memory.
//
//	output = Softmax(Act(Op(Pool(input), weights, bias)))
type Classifier struct {
	Pool    *GlobalPool // nil if the input is not pooled
	Softmax bool        // over all outputs of a sample

	Inputs  int // channels that a work group pools and multiplies, at most
	Outputs int // of the layer's, a multiple of four, at most
}

// Slices is how many work groups share out so many inputs, and Parts so many outputs.
func (c *Classifier) Slices(inputs int) int { return ceilDiv(inputs, c.Inputs) }

// Parts is how many work groups share out so many outputs.
func (c *Classifier) Parts(outputs int) int { return ceilDiv(outputs, c.Outputs) }

// Of the inputs a work group keeps at most mostPooled in shared memory; and weights
// beyond heavy bytes take so long that a launch more does not count, and need not fit
// into one block of storage.
const (
	mostPooled = 128
	heavy      = 64 << 20
)

// fuseClassifier lets a fully connected layer do the global pool before it, or the
// softmax behind it.
func (r *rewriter) fuseClassifier(n *Node, opt PlanOptions) bool {
	switch n.Op.(type) {
	case FullyConnected:
		return r.fuseGlobalPool(n, opt)
	case Softmax:
		return r.fuseSoftmax(n, opt)
	}
	return false
}

func (r *rewriter) fuseGlobalPool(n *Node, opt PlanOptions) bool {
	if n.Classifier != nil || !connects(n) {
		return false
	}
	var between []*Node // that flatten
	p := r.private(n.Inputs[0])
	for p != nil && flattens(p) {
		between = append(between, p)
		p = r.private(p.Inputs[0])
	}
	if p == nil || p.AddsLast || p.Act.On() {
		return false
	}
	pool, ok := p.Op.(GlobalPool)
	if !ok || n.Inputs[0].Shape[0] != p.Outputs[0].Shape[0] {
		return false
	}
	fused := *n
	fused.Classifier, fused.Inputs = &Classifier{Pool: &pool}, append([]*Value{p.Inputs[0]}, n.Inputs[1:]...)
	m := &opt.Cost
	time := m.bestSplit(&fused)
	if !opt.Fuse.pays(time, m.time(m.workOf(p))+m.Barrier+m.time(m.workOf(n))) {
		return false
	}
	layers := p.Layers()
	for _, v := range between {
		layers = append(layers[:len(layers):len(layers)], v.Layers()...)
	}
	n.layers = append(layers[:len(layers):len(layers)], n.Layers()...)
	r.setInputs(n, fused.Inputs...)
	for _, v := range between {
		r.remove(v)
	}
	r.remove(p)
	n.Classifier, n.floor = fused.Classifier, n.floor+p.floor
	return true
}

// connects reports whether the layer's launch can do more.
func connects(n *Node) bool {
	_, ok := n.Op.(FullyConnected)
	return ok && !n.AddsLast && n.Inputs[1].Const != nil && sizeInBytes(n.Inputs[1]) <= heavy
}

// flattens reports whether the node makes a row of each sample's channels of one pixel.
func flattens(n *Node) bool {
	switch n.Op.(type) {
	case Reshape, Identity:
		x, y := n.Inputs[0].Shape, n.Outputs[0].Shape
		return len(x) > 1 && len(y) > 1 && x[0] == y[0] && x[1] == y[1] && y[1:].Size() == y[1]
	}
	return false
}

func (r *rewriter) fuseSoftmax(n *Node, opt PlanOptions) bool {
	op := n.Op.(Softmax)
	if n.AddsLast || n.Act.On() || len(n.Outputs[0].Shape) != 2 || op.Axis != 1 && op.Axis != -1 {
		return false
	}
	p := r.private(n.Inputs[0])
	if p == nil || !connects(p) {
		return false
	}
	fused := *p
	fused.Classifier = &Classifier{}
	if p.Classifier != nil {
		fused.Classifier.Pool = p.Classifier.Pool
	}
	fused.Classifier.Softmax = true
	m := &opt.Cost
	time := m.bestSplit(&fused)
	if !opt.Fuse.pays(time, m.connected(p)+m.Barrier+m.time(m.workOf(n))) {
		return false
	}
	floor := n.floor
	r.absorb(p, n)
	p.Classifier, p.floor = fused.Classifier, p.floor+floor
	return true
}

// connected is how long a fully connected layer takes, whatever its launch does more.
func (m *CostModel) connected(n *Node) float64 {
	if n.Classifier != nil {
		time, _ := m.classifier(n)
		return time
	}
	return m.time(m.workOf(n))
}

// bestSplit shares out a classifier's inputs and outputs so that it takes the least time,
// or nearly, and then moves the least to and from caches. It gives the time.
func (m *CostModel) bestSplit(n *Node) float64 {
	type choice struct{ inputs, outputs int }
	var all []choice
	c, weights, fastest := n.Classifier, n.Inputs[1].Shape, math.Inf(1)
	for slices := ceilDiv(weights[1], mostPooled); slices <= max(weights[1], 1); slices = next(slices) {
		for parts := 1; parts <= ceilDiv(weights[0], 4); parts = next(parts) {
			c.Inputs, c.Outputs = ceilDiv(weights[1], slices), align(ceilDiv(weights[0], parts), 4)
			all = append(all, choice{c.Inputs, c.Outputs})
			time, _ := m.classifier(n)
			fastest = min(fastest, time)
		}
	}
	var best choice
	least := math.Inf(1)
	for _, o := range all {
		c.Inputs, c.Outputs = o.inputs, o.outputs
		if time, traffic := m.classifier(n); time <= fastest*nearly && traffic < least {
			best, least = o, traffic
		}
	}
	c.Inputs, c.Outputs = best.inputs, best.outputs
	time, _ := m.classifier(n)
	return time
}

// next is a larger number worth a try.
func next(n int) int { return n + max(1, n/4) }

// classifier is how long the launch takes: pools and products by all work groups, then
// the sums by one for each part of the outputs, then the softmax by one. And what it
// moves to and from caches.
func (m *CostModel) classifier(n *Node) (time, traffic float64) {
	c, x, weights := n.Classifier, n.Inputs[0].Shape, n.Inputs[1].Shape
	slices, parts := c.Slices(weights[1]), c.Parts(weights[0])
	samples, outputs := float64(x[0]), float64(align(weights[0], 4))
	left := 4 * samples * float64(slices) * outputs // bytes that work groups leave
	main := work{bytes: nodeBytes(n), groups: samples * float64(slices*parts)}
	main.groups *= min(1, float64(c.Outputs)/4/float64(m.Lanes)) // an invocation computes four
	main.traffic = main.bytes + float64(parts-1)*4*float64(x.Size()) + left
	main.macs = samples*4*m.inWaves(ceilDiv(c.Outputs, 4))*float64(parts*weights[1]) + float64(parts*x.Size())
	sums := work{traffic: left, groups: samples * float64(parts)}
	time = m.time(main) + m.busy(sums)
	if c.Softmax {
		time += m.busy(softmaxWork(samples, outputs))
	}
	return time, main.traffic
}

// softmaxWork is that of so many softmaxes of so many elements, a work group each, as
// far as it is not memory's.
func softmaxWork(count, length float64) work {
	const passes, exponential = 4, 16 // in multiply-adds
	return work{traffic: 4 * passes * count * length, macs: exponential * count * length, groups: count}
}
