package cpu

import (
	"math"
	"math/bits"
	"slices"
)

// finder tells where in the memory a share finds what it reads.
type finder struct {
	*memory
	holders *holders
	share   int
}

// find is how far behind their place in one arena n floats are in the memory, if one share has them all:
// the one that asks, or else the first.
func (f *finder) find(at, n int) (behind int, ok bool) {
	all := ^uint16(0)
	for _, m := range f.holders.masks[at : at+n] {
		all &= m
	}
	switch {
	case all == 0:
		return 0, false
	case all&(1<<f.share) != 0:
		return f.share * f.stride, true
	}
	return bits.TrailingZeros16(all) * f.stride, true
}

// inPlace makes runs of a step for shares that read its first input where it is, without copies, or nil:
// if not all that lack some of it can.
func (h *holders) inPlace(k *kernel, l *layout, m *memory) (runs []runFunc) {
	if k.elsewhere == nil || !k.worthwhile() || len(l.ends)*m.stride > math.MaxInt32 || !lacking(l.lacks) {
		return nil
	}
	for share, end := range l.ends {
		r := k.run
		if len(l.lacks[share]) > 0 {
			var ok bool
			if r, ok = k.elsewhere(begin(l.ends, share), end, finder{m, h, share}); !ok {
				return nil
			}
		}
		runs = append(runs, r)
	}
	return runs
}

// lacking reports whether any share lacks anything.
func lacking(lacks [][]pull) bool {
	return slices.ContainsFunc(lacks, func(p []pull) bool { return len(p) > 0 })
}
