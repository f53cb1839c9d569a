package gpu

// tuning is what depends on how a GPU is built rather than on its limits.
type tuning struct {
	channels int // output channels an invocation computes, at the most
	vectors  int // vec4s of pixels an invocation computes, at the most
	lanes    int // invocations that share a band of a fused convolution
}

// tuningFor gives the shipped defaults. On GPUs eight channels by four pixels, 32
// sums, are what Mali's and the V3D's registers hold without spilling (seen with
// their compilers, not on hardware). Software renderers have no registers to run
// out of, but pay dearly for each load.
func tuningFor(i *Info) tuning {
	if i.Software {
		return tuning{channels: 20, vectors: 2, lanes: 16}
	}
	return tuning{channels: 8, vectors: 1, lanes: 64}
}

// tile is how many of so many output channels an invocation computes: the number
// that comes out cheapest if loads cost as much as four channels, and rather one
// that leaves none over.
func (t tuning) tile(outputs int) int {
	best, cost := 4, 0
	for n := 4; n <= t.channels; n += 4 {
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

// rows is how many of so many rows, or vec4s, of pixels an invocation computes.
func (t tuning) rows(n int) int { return min(t.vectors, n) }
