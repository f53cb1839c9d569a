package network

import "math"

// scaleShift gives batch normalisation as y = s·x + t, or ok = false where its
// parameters are not constant.
func scaleShift(n *Node) (s, t []float64, ok bool) {
	var p [4][]float32
	for i, v := range n.Inputs[1:] {
		if v.Const == nil {
			return nil, nil, false
		}
		p[i] = v.Const.Data
	}
	scale, bias, mean, variance := p[0], p[1], p[2], p[3]
	eps := float64(n.Op.(BatchNorm).Epsilon)
	s, t = make([]float64, len(scale)), make([]float64, len(scale))
	for c := range scale {
		s[c] = float64(scale[c]) / math.Sqrt(float64(variance[c])+eps)
		t[c] = float64(bias[c]) - s[c]*float64(mean[c])
	}
	return s, t, true
}

// lowerBatchNorm makes a depthwise 1×1 convolution of batch normalisation that
// has nothing to fold into.
func (r *rewriter) lowerBatchNorm(n *Node) bool {
	if _, ok := n.Op.(BatchNorm); !ok {
		return false
	}
	s, t, ok := scaleShift(n)
	if !ok {
		return false
	}
	r.makeDepthwise(n, n.Inputs[0], s, t)
	return true
}
