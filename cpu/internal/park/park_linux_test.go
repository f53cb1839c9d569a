package park

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A sleeper is kept off the core of whoever wakes it only while it wakes up, and never
// gets a core that was not its own.
func TestSleeperKeepsItsCores(t *testing.T) {
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Skip("sched_getaffinity:", err)
	}
	for name, allowed := range map[string]unix.CPUSet{"all": all, "one": first(all)} {
		t.Run(name, func(t *testing.T) {
			s, thread, after := New(), make(chan int), make(chan unix.CPUSet)
			go func() {
				runtime.LockOSThread() // and ends with it
				unix.SchedSetaffinity(0, &allowed)
				thread <- unix.Gettid()
				s.Sleep(func() bool { return false })
				var now unix.CPUSet
				unix.SchedGetaffinity(0, &now)
				after <- now
			}()
			sleeper := <-thread
			for s.state.Load() != asleep {
				time.Sleep(time.Millisecond)
			}
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			s.keepOff()
			var woken unix.CPUSet
			if err := unix.SchedGetaffinity(sleeper, &woken); err != nil {
				t.Fatal(err)
			}
			want := allowed
			if want.Clear(int(s.core)); want.Count() == 0 {
				want = allowed
			}
			if woken != want {
				t.Errorf("woken from core %d, it may run on %v, not %v", s.core, woken, want)
			}
			unix.SchedSetaffinity(sleeper, &allowed)
			s.Wake()
			if now := <-after; now != allowed {
				t.Errorf("awake, it may run on %v, before on %v", now, allowed)
			}
		})
	}
}

// Whoever sleeps leaves its place to others at once: they do not wait until the runtime's monitor looks, which
// is every 10 ms where nothing has happened for a while.
func TestSleeperLeavesItsPlace(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var waited []time.Duration
	for range 7 {
		for start := time.Now(); time.Since(start) < 80*time.Millisecond; {
		}
		s, ended := New(), make(chan bool)
		go func() {
			s.Sleep(func() bool { return false })
			ended <- true
		}()
		start := time.Now()
		runtime.Gosched() // to the sleeper
		waited = append(waited, time.Since(start))
		if s.state.Load() != asleep {
			t.Error("nobody sleeps")
		}
		s.Wake()
		<-ended
	}
	slices.Sort(waited)
	if !givesUpPlace {
		t.Skipf("system calls keep it here: %v", waited)
	}
	if waited[1] > 2*time.Millisecond { // of the best, as others may compute here
		t.Errorf("others wait too long: %v", waited)
	}
}

// time.Sleep takes a millisecond where nothing else is to do.
func TestNapIsShort(t *testing.T) {
	best := time.Hour
	for range 50 {
		start := time.Now()
		Nap()
		best = min(best, time.Since(start))
	}
	if best < 10*time.Microsecond || best > 900*time.Microsecond {
		t.Errorf("a nap takes %v", best)
	}
}

// first is the first core of a set.
func first(set unix.CPUSet) (one unix.CPUSet) {
	for core := 0; ; core++ {
		if set.IsSet(core) {
			one.Set(core)
			return one
		}
	}
}
