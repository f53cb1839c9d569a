package cpu

import (
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// layout says where a step's tasks run. Each share of a step's tasks has an arena of its
// own, all of the same form, and what it reads and another share wrote is read where that is, or copied
// before. So caches exchange what one core must know of another's results, and no more:
// in one arena they also exchange lines that both write a part of, and lines that are
// fetched ahead and not needed.
type layout struct {
	ends  []int     // each share's last task, and one
	lacks [][]pull  // what each share reads of others
	pulls [][]pull  // what of that it copies first
	runs  []runFunc // each share's, where they read the rest in place; nil: the kernel's

	// joined says that each share may begin when it has done the step before, whatever the
	// others have.
	joined bool
}

// pull is a run of floats from another share's arena.
type pull = simd.Run

// apart is a plan's layouts, one for each kernel.
type apart struct {
	arenas  int
	memory  *memory // of the arenas; nil if there is one
	layouts []layout
	outputs []pull // what the first arena lacks of the outputs in the end
	all     []pull // what it lacks of everything
	lacked  int    // floats, in a run
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

const mostShares = 16

// newApart lays kernels out for so many shares: each in an arena of its own, if that can
// be done and pays.
func newApart(p *network.Plan, kernels []kernel, shares int) apart {
	if shares > 1 && shares <= mostShares {
		if a, ok := separate(p, kernels, shares); ok && a.lacked < a.written/worthCopying {
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

// ofFirst is a step's footprint where tasks' are not known: the first, whose share has all, stands for them.
func ofFirst(s *network.Step, of func(*network.Step, func(at, n int))) footprint {
	return func(task int, visit func(at, n int)) {
		if task == 0 {
			of(s, visit)
		}
	}
}

// worthCopying is how much of what is written others may read, one part of so many.
const worthCopying = 8

// separate gives each share an arena, or reports that it cannot be done: where what a share reads of
// another is overwritten at the same time.
func separate(p *network.Plan, kernels []kernel, shares int) (a apart, ok bool) {
	a.arenas, a.memory = shares, newMemory(p.ArenaFloats)
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
			reads, writes = ofFirst(s, readsOf), ofFirst(s, writesOf)
		}
		// Pulls see what there was before the step.
		l.lacks = h.missing(&l, reads)
		for _, pulls := range l.lacks {
			for _, r := range pulls {
				a.lacked += int(r.N)
			}
		}
		if l.pulls, l.runs = l.lacks, h.inPlace(k, &l, a.memory); l.runs != nil {
			l.pulls = h.missing(&l, k.besides)
		}
		for share, pulls := range l.pulls {
			for _, r := range pulls {
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
		for _, pulls := range l.lacks {
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
