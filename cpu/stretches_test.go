package cpu

import (
	"slices"
	"sync/atomic"
	"testing"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// run is floats [at, end) of an arena.
type run struct{ at, end int }

// halves is a kernel of two tasks that read and write such runs, one for each share.
func halves(work int64, reads, writes [2]run) kernel {
	visitor := func(runs [2]run) footprint {
		return func(task int, visit func(at, n int)) { visit(runs[task].at, runs[task].end-runs[task].at) }
	}
	return kernel{tasks: 2, work: work, reads: visitor(reads), writes: visitor(writes)}
}

// Shares go on alone where none needs what another has, or writes over what another may
// still copy.
func TestJoinedSteps(t *testing.T) {
	const work = worthSharing
	a, b, c := [2]run{{0, 8}, {8, 16}}, [2]run{{16, 24}, {24, 32}}, [2]run{{32, 40}, {40, 48}}
	border := [2]run{{0, 8}, {7, 16}} // the second reads one of the first's a
	first := halves(work, c, a)
	for name, s := range map[string]struct {
		kernels []kernel
		joined  []bool
	}{
		"own results":        {[]kernel{first, halves(work, a, b), halves(work, b, c)}, []bool{false, true, true}},
		"another's results":  {[]kernel{first, halves(work, border, b), halves(work, b, c)}, []bool{false, false, true}},
		"exchanged":          {[]kernel{first, halves(work, [2]run{a[1], a[0]}, b)}, []bool{false, false}},
		"little work":        {[]kernel{first, halves(work-1, a, b), halves(work, b, c)}, []bool{false, false, false}},
		"copied is written":  {[]kernel{first, halves(work, border, b), halves(work, b, a)}, []bool{false, false, false}},
		"and two steps on":   {[]kernel{first, halves(work, border, b), halves(work, b, c), halves(work, c, a), halves(work, a, a)}, []bool{false, false, true, false, true}},
		"only what is not":   {[]kernel{first, halves(work, border, b), halves(work, b, [2]run{{0, 7}, {8, 16}})}, []bool{false, false, true}},
		"the copier may":     {[]kernel{first, halves(work, border, b), halves(work, b, [2]run{{48, 49}, {7, 8}})}, []bool{false, false, true}},
		"whole of it copied": {[]kernel{first, halves(work, [2]run{a[0], {0, 16}}, b), halves(work, b, [2]run{{48, 49}, {0, 8}})}, []bool{false, false, true}},
	} {
		laid, ok := separate(&network.Plan{ArenaFloats: 64}, s.kernels, 2)
		if !ok {
			t.Errorf("%s: cannot be separate", name)
			continue
		}
		var joined []bool
		for _, l := range laid.layouts {
			joined = append(joined, l.joined)
		}
		if !slices.Equal(joined, s.joined) {
			t.Errorf("%s: joined %v, want %v", name, joined, s.joined)
		}
	}
}

// In networks, too.
func TestStretchesAreFree(t *testing.T) {
	joined := 0
	for name, g := range sharedNets(t) {
		p, e := prepareNet(t, New(Options{Threads: 2}), g, false)
		layouts := e.apart.layouts
		if wrong := checkStretches(p, e.kernels, layouts); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
		for i := 1; i < len(layouts); i++ {
			if layouts[i].joined {
				joined++
				continue
			}
			// The check is worth what it detects.
			if layouts[i].joined = true; len(slices.Concat(layouts[i].lacks...)) > 0 && checkStretches(p, e.kernels, layouts) == "" {
				t.Errorf("%s: nobody misses the others' part of kernel %d", name, i-1)
			}
			layouts[i].joined = false
		}
	}
	if joined == 0 {
		t.Error("no step is joined")
	}
}

// checkStretches gives the first thing that is wrong, or nothing.
func checkStretches(p *network.Plan, kernels []kernel, layouts []layout) (wrong string) {
	copied := map[[2]int]bool{} // float, and whose
	for i, l := range layouts {
		if l.joined {
			if len(slices.Concat(l.lacks...)) > 0 {
				return kernels[i].name(p, i) + " is joined and reads what others wrote"
			}
		} else {
			clear(copied)
		}
		for _, pulls := range l.lacks {
			for _, r := range pulls {
				for f := r.At; f < r.At+r.N; f++ {
					copied[[2]int{int(f), int(r.From)}] = true
				}
			}
		}
		for share, end := range l.ends {
			for task := begin(l.ends, share); task < end && kernels[i].writes != nil; task++ {
				kernels[i].writes(task, func(at, n int) {
					for f := at; f < at+n; f++ {
						if copied[[2]int{f, share}] {
							wrong = kernels[i].name(p, i) + " writes what others may still read"
						}
					}
				})
			}
		}
	}
	return wrong
}

// A share's tasks of a step come after all of its tasks of the one before, whoever does
// them, and a stretch ends when all are done.
func TestStretchesKeepOrder(t *testing.T) {
	const steps, shares, tasks = 12, 3, 9
	var done [steps][shares]atomic.Int64
	var early atomic.Int64
	var kernels []kernel
	for step := range steps {
		kernels = append(kernels, kernel{tasks: tasks, work: worthSharing, run: func(task int, _, _ []float32) {
			share := task * shares / tasks
			if step > 0 && done[step-1][share].Load() != tasks/shares {
				early.Add(1)
			}
			for range task * task * 3 { // shares are uneven, so that others help
				simd.Pause()
			}
			done[step][share].Add(1)
		}})
	}
	layouts := together(kernels, shares).layouts
	for i := range layouts {
		layouts[i].joined = i%5 > 0
	}
	w := startWorkers(&team{size: shares}, kernels, layouts, make([][]float32, shares))
	defer w.stop()
	for range 100 {
		for i := range done {
			for share := range done[i] {
				done[i][share].Store(0)
			}
		}
		w.begin()
		for i := 0; i < steps; {
			end := w.ends[i]
			if want := min(i+5, steps); end != want {
				t.Fatalf("a stretch from %d to %d, want %d", i, end, want)
			}
			w.run(i, end)
			for ; i < end; i++ {
				for share := range done[i] {
					if n := done[i][share].Load(); n != tasks/shares {
						t.Fatalf("step %d, share %d: %d tasks are done when the stretch is over", i, share, n)
					}
				}
			}
		}
		w.end()
	}
	if n := early.Load(); n > 0 {
		t.Errorf("%d tasks ran before the step before was done", n)
	}
}
