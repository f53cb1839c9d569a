package cpu

import (
	"math/bits"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// layout says where a step's tasks run. Each share of a step's tasks has an arena of its
// own, all of the same form, and what it reads and another share wrote is copied into it
// before. So caches exchange what one core must know of another's results, and no more:
// in one arena they also exchange lines that both write a part of, and lines that are
// fetched ahead and not needed.
type layout struct {
	ends  []int    // each share's last task, and one
	pulls [][]pull // what each share copies first

	// joined says that each share may begin when it has done the step before, whatever the
	// others have.
	joined bool
}

// pull is a run of floats from another share's arena.
type pull = simd.Run

// apart is a plan's layouts, one for each kernel.
type apart struct {
	arenas  int
	layouts []layout
	outputs []pull // what the first arena lacks of the outputs in the end
	all     []pull // what it lacks of everything
	pulled  int    // floats, in a run
	written int
}

// even gives each share as many tasks.
func even(tasks, shares int) (ends []int) {
	for i := range shares {
		ends = append(ends, tasks*(i+1)/shares)
	}
	return ends
}

// first gives the first share all tasks.
func first(tasks, shares int) (ends []int) {
	for range shares {
		ends = append(ends, tasks)
	}
	return ends
}

// holders tells which shares' arenas have each float's value.
type holders struct {
	masks []uint16
	steps []int32 // the last to write it
	seen  []int32 // by which pull, of those counted in pulls
	pulls int32

	lent  []uint16 // from which shares' arenas each float may still be copied
	loans []pull   // all of them
}

func newHolders(floats, shares int) *holders {
	h := &holders{masks: make([]uint16, floats), steps: make([]int32, floats), seen: make([]int32, floats), lent: make([]uint16, floats)}
	for i := range h.masks {
		h.masks[i] = 1<<shares - 1
	}
	return h
}

const mostShares = 16

// newApart lays kernels out for so many shares: each in an arena of its own, if that can
// be done and pays.
func newApart(p *network.Plan, kernels []kernel, shares int) apart {
	if shares > 1 && shares <= mostShares {
		if a, ok := separate(p, kernels, shares); ok && a.pulled < a.written/worthCopying {
			return a
		}
	}
	return together(kernels, shares)
}

// together lays kernels out in one arena.
func together(kernels []kernel, shares int) apart {
	a := apart{arenas: 1}
	for i := range kernels {
		a.layouts = append(a.layouts, layout{ends: even(kernels[i].tasks, shares), pulls: make([][]pull, shares)})
	}
	return a
}

// worthCopying is how much of what is written may be copied, one part of so many.
const worthCopying = 8

// separate gives each share an arena, or reports that it cannot be done: where what is
// copied is overwritten at the same time.
func separate(p *network.Plan, kernels []kernel, shares int) (a apart, ok bool) {
	a.arenas = shares
	h := newHolders(p.ArenaFloats, shares)
	for i := range kernels {
		k := &kernels[i]
		reads, writes, l := k.reads, k.writes, layout{ends: even(k.tasks, shares)}
		if reads == nil && writes == nil || !k.worthwhile() {
			l.ends = first(k.tasks, shares)
		}
		if i > 0 && (reads == nil || writes == nil) {
			s := &p.Steps[i-1]
			l.ends = first(k.tasks, shares)
			reads = func(task int, visit func(at, n int)) { readsOf(s, visit) }
			writes = func(task int, visit func(at, n int)) { writesOf(s, visit) }
		}
		// Pulls see what there was before the step.
		for share, end := range l.ends {
			var pulls []pull
			h.pulls++
			for task := begin(l.ends, share); task < end && reads != nil; task++ {
				reads(task, func(at, n int) { pulls = h.pull(pulls, share, at, n) })
			}
			l.pulls = append(l.pulls, pulls)
		}
		for share, pulls := range l.pulls {
			for _, r := range pulls {
				a.pulled += int(r.N)
				h.copied(share, r)
			}
		}
		l.joined = i > 0 && k.worthwhile() && kernels[i-1].worthwhile() && h.join(&l, writes)
		if !l.joined {
			h.lend(&l)
		}
		for share, end := range l.ends {
			for task := begin(l.ends, share); task < end && writes != nil; task++ {
				writes(task, func(at, n int) {
					a.written += n
					h.written(share, at, n, int32(i)+1)
				})
			}
		}
		for _, pulls := range l.pulls {
			for _, r := range pulls {
				if h.overwritten(r, int32(i)+1) {
					return a, false
				}
			}
		}
		a.layouts = append(a.layouts, l)
	}
	h.pulls++
	for i := range p.Outputs {
		wholeOf(&p.Outputs[i].View, func(at, n int) { a.outputs = h.pull(a.outputs, 0, at, n) })
	}
	h.pulls++
	a.all = h.pull(nil, 0, 0, p.ArenaFloats)
	return a, true
}

func begin(ends []int, share int) int {
	if share == 0 {
		return 0
	}
	return ends[share-1]
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

// lend notes what is copied before a step that begins when all have done the one before: a
// share that is late copies later, when others may be some joined steps ahead.
func (h *holders) lend(l *layout) {
	for _, r := range h.loans {
		clear(h.lent[r.At : r.At+r.N])
	}
	h.loans = h.loans[:0]
	for _, pulls := range l.pulls {
		for _, r := range pulls {
			h.loans = append(h.loans, r)
			for f := r.At; f < r.At+r.N; f++ {
				h.lent[f] |= 1 << r.From
			}
		}
	}
}

// join reports whether a step can do without waiting for others: no share reads what another
// wrote, or writes what another may not have copied yet.
func (h *holders) join(l *layout, writes footprint) bool {
	for _, pulls := range l.pulls {
		if len(pulls) > 0 {
			return false
		}
	}
	free := true
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

// overwritten reports whether a step writes where it copies from.
func (h *holders) overwritten(r pull, step int32) bool {
	for f := r.At; f < r.At+r.N; f++ {
		if h.steps[f] == step && h.masks[f]&(1<<r.From) != 0 {
			return true
		}
	}
	return false
}

// pull copies into a share's arena.
func (w *workers) pull(share int, pulls []pull) {
	for len(pulls) > 0 {
		n := 1
		for n < len(pulls) && pulls[n].From == pulls[0].From {
			n++
		}
		simd.CopyRuns(w.arenas[share], w.arenas[pulls[0].From], pulls[:n])
		pulls = pulls[n:]
	}
}
