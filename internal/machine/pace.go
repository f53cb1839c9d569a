package machine

import (
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// Pace times two small pieces of work that never change, to tell a slower machine from
// slower code: arithmetic on one core, and a word that goes to another core and back.
// Neither touches memory, so that what is measured next finds its caches as they were.
// The exchange is 0 where there is no second core, or none answers.
func Pace() (loop, exchange time.Duration) {
	var took [5]time.Duration
	for i := range took {
		start := time.Now()
		keepBusy(loopTurns)
		took[i] = time.Since(start)
	}
	slices.Sort(took[:])
	loop = took[len(took)/2]
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		return loop, 0
	}
	return loop, exchangeWords()
}

const (
	loopTurns = 20_000 // some tens of microseconds

	exchangeBlock  = 100
	exchangeBlocks = 4
	exchangeMost   = 5 * time.Millisecond // for all of it
)

var busy atomic.Uint64 // so that the loop is not optimised away

// keepBusy does arithmetic in twelve chains that do not wait for each other, as a
// single chain would not notice a neighbour that takes a share of the core's units.
func keepBusy(turns int) {
	a, b, c, d, e, f, g, h := 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7
	i, j, k, l := uint64(1), uint64(2), uint64(3), uint64(4)
	for range turns {
		a, b, c, d = a*0.999+0.5, b*0.999+0.5, c*0.999+0.5, d*0.999+0.5
		e, f, g, h = e*0.999+0.5, f*0.999+0.5, g*0.999+0.5, h*0.999+0.5
		i += j ^ 3
		j += k ^ 5
		k += l ^ 7
		l += i ^ 9
	}
	busy.Store(uint64(a+b+c+d+e+f+g+h) + i + j + k + l)
}

// word is alone in its cache lines.
type word struct {
	_ [128]byte
	atomic.Uint64
	_ [128]byte
}

// exchangeWords is how long a word takes there and back.
func exchangeWords() (least time.Duration) {
	var there, back word
	var gaveUp atomic.Bool
	ended := make(chan struct{})
	const n = exchangeBlock * exchangeBlocks
	go func() {
		defer close(ended)
		for i := uint64(1); i <= n; i++ {
			for there.Load() != i {
				if gaveUp.Load() {
					return
				}
			}
			back.Store(i)
		}
	}()
	begun := time.Now()
	start := begun
	for i := uint64(1); i <= n; i++ {
		there.Store(i)
		for spins := 0; back.Load() != i; spins++ {
			if spins&1023 == 1023 && time.Since(begun) > exchangeMost {
				gaveUp.Store(true)
				<-ended
				return 0
			}
		}
		if i%exchangeBlock == 0 {
			now := time.Now()
			// The first block has the other core's waking in it.
			if took := now.Sub(start) / exchangeBlock; i > exchangeBlock && (least == 0 || took < least) {
				least = took
			}
			start = now
		}
	}
	<-ended
	return least
}
