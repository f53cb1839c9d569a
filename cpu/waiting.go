package cpu

import (
	"runtime"
	"time"

	"github.com/shufflegl/shufflegl/cpu/internal/park"
	"github.com/shufflegl/shufflegl/cpu/internal/simd"
)

// linger is how long a helper looks out for another run before it sleeps, about twice
// as long as waking it takes: the caller has other things to do between runs, and whoever
// runs picture after picture should not wait for a helper each time.
const linger = 200 * time.Microsecond

// await returns when runs is no longer seen, and what it is.
func (w *workers) await(h *park.Sleeper, seen int64) int64 {
	start := time.Now()
	for n := 0; ; n++ {
		if now := w.runs.Load(); now != seen {
			return now
		}
		if n&31 == 31 && time.Since(start) > linger {
			h.Sleep(func() bool { return w.runs.Load() != seen })
			continue
		}
		glance(n)
	}
}

// patience is how many turns waiting by looking lasts, some 100 µs. Who has waited
// longer sleeps a little each turn: perhaps the machine has other work, and whoever
// is waited for needs this core.
const patience = 2000

// pause waits for a moment, the n-th in a row.
func pause(n int) {
	if n > patience {
		park.Nap()
	} else {
		glance(n)
	}
}

// glance waits for the shortest moment, the n-th in a row.
func glance(n int) {
	if n&511 == 511 {
		runtime.Gosched()
	} else {
		simd.Pause()
	}
}
