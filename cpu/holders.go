package cpu

import "math/bits"

// holders tells which shares' arenas have each float's value.
type holders struct {
	masks []uint16
	steps []int32 // the last to write it
	seen  []int32 // by which pull, of those counted in pulls
	pulls int32

	lent  []uint16 // from which shares' arenas each float may still be read
	loans []pull   // all of them
}

func newHolders(floats, shares int) *holders {
	h := &holders{masks: make([]uint16, floats), steps: make([]int32, floats), seen: make([]int32, floats), lent: make([]uint16, floats)}
	for i := range h.masks {
		h.masks[i] = 1<<shares - 1
	}
	return h
}

// missing is what shares lack of what their tasks read.
func (h *holders) missing(l *layout, reads footprint) (lacks [][]pull) {
	for share, end := range l.ends {
		var pulls []pull
		h.pulls++
		for task := begin(l.ends, share); task < end && reads != nil; task++ {
			reads(task, func(at, n int) { pulls = h.pull(pulls, share, at, n) })
		}
		lacks = append(lacks, pulls)
	}
	return lacks
}

// pull appends what a share lacks of n floats, and has not asked for in this pull.
func (h *holders) pull(pulls []pull, share, at, n int) []pull {
	me := uint16(1) << share
	for f := at; f < at+n; f++ {
		if h.masks[f]&me != 0 || h.seen[f] == h.pulls {
			continue
		}
		h.seen[f] = h.pulls
		from := int32(bits.TrailingZeros16(h.masks[f]))
		if last := len(pulls) - 1; last >= 0 && pulls[last].From == from && int(pulls[last].At+pulls[last].N) == f {
			pulls[last].N++
			continue
		}
		pulls = append(pulls, pull{At: int32(f), N: 1, From: from})
	}
	return pulls
}

// lend notes what is read of others in a step that begins when all have done the one before: a
// share that is late reads it later, when others may be some joined steps ahead.
func (h *holders) lend(l *layout) {
	for _, r := range h.loans {
		clear(h.lent[r.At : r.At+r.N])
	}
	h.loans = h.loans[:0]
	for _, pulls := range l.lacks {
		for _, r := range pulls {
			h.loans = append(h.loans, r)
			for f := r.At; f < r.At+r.N; f++ {
				h.lent[f] |= 1 << r.From
			}
		}
	}
}

// join reports whether a step can do without waiting for others: no share reads what another
// wrote, or writes what another may not have read yet.
func (h *holders) join(l *layout, writes footprint) bool {
	free := !lacking(l.lacks)
	for share, end := range l.ends {
		for task := begin(l.ends, share); task < end; task++ {
			writes(task, func(at, n int) {
				for f := at; f < at+n; f++ {
					free = free && h.lent[f]&(1<<share) == 0
				}
			})
		}
	}
	return free
}

func (h *holders) copied(share int, r pull) {
	for f := r.At; f < r.At+r.N; f++ {
		h.masks[f] |= 1 << share
	}
}

func (h *holders) written(share, at, n int, step int32) {
	for f := at; f < at+n; f++ {
		h.masks[f], h.steps[f] = 1<<share, step
	}
}

// overwritten reports whether a step writes what another share reads in it.
func (h *holders) overwritten(r pull, step int32) bool {
	for f := r.At; f < r.At+r.N; f++ {
		if h.steps[f] == step && h.masks[f]&(1<<r.From) != 0 {
			return true
		}
	}
	return false
}
