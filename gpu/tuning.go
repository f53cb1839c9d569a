package gpu

// tuning is what depends on how a GPU is built rather than on its limits: the
// variants of kernels that are used where shapes allow it.
type tuning struct {
	pointwise, depthwise, fused, general variant
}

// variant is one way to run a convolution: a choice among programs that compute
// the same.
type variant struct {
	channels int  // output channels an invocation computes
	vectors  int  // vec4s of pixels, or rows of one, that it computes
	sums     int  // if channels are few, it computes more vectors: so many sums in all
	unroll   int  // input channels it takes at a time
	lanes    int  // invocations of a work group
	rows     int  // of a depthwise invocation
	buffered bool // weights come from a buffer and not from a texture
}

// tuningFor gives the shipped defaults. On GPUs they are what the compilers of Mesa
// make of the shaders (see RATIONALE.md), not seen on hardware: as many sums as the
// registers hold without spilling. Software renderers have no registers to run out
// of, but pay dearly for each load.
func tuningFor(i *Info) tuning {
	if i.Software {
		return tuning{
			pointwise: variant{channels: 20, vectors: 2, sums: 40, unroll: 1, lanes: 64},
			depthwise: variant{rows: 4},
			fused:     variant{channels: 20, vectors: 2, sums: 40, unroll: 1, lanes: 16},
			general:   variant{channels: 16, vectors: 4, unroll: 1, lanes: 64},
		}
	}
	return tuning{
		pointwise: variant{channels: 8, vectors: 1, unroll: 2, lanes: 64},
		depthwise: variant{rows: 4},
		fused:     variant{channels: 8, vectors: 1, unroll: 2, lanes: 64},
		general:   variant{channels: 4, vectors: 1, unroll: 1, lanes: 64},
	}
}

// fit is the variant for a convolution of so many input and output channels of one
// group, and vec4s, or rows of one, of pixels.
func (v variant) fit(inputs, outputs, vectors int) variant {
	v.channels = v.tile(outputs)
	v.vectors = min(max(v.vectors, v.sums/v.channels), vectors)
	for inputs%v.unroll != 0 || v.unroll > 1 && v.unroll*v.stride() > 8 {
		v.unroll /= 2
	}
	return v
}

// tile is how many of so many output channels an invocation computes: the number
// that comes out cheapest if loads cost as much as four channels, and rather one
// that leaves none over.
func (v variant) tile(outputs int) int {
	best, cost := 4, 0
	for n := 4; n <= v.channels; n += 4 {
		c := 2 * ceilDiv(outputs, n) * (n + 4)
		if outputs%n != 0 {
			c++
		}
		if n == 4 || c < cost {
			best, cost = n, c
		}
	}
	return best
}

// stride is how many vec4s the weights of a tile's channels take, for one input
// channel and tap: a power of two, so that a texture's rows hold whole ones.
func (v variant) stride() int { return upTo(v.channels/4, 8) }

// macros names the variant.
func (v variant) macros() []string {
	return []string{set("OC", v.channels), set("Q", v.channels/4), set("PX", v.vectors), set("U", v.unroll), set("QS", v.stride())}
}
