package park

import (
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
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
			s, thread, after := New(false), make(chan int), make(chan unix.CPUSet)
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

// Nor is one lost that comes when a doze ends.
func TestNoWakeUpIsLostBetweenDozes(t *testing.T) {
	defer func(before unix.Timespec) { doze = before }(doze)
	doze = unix.NsecToTimespec(1000)
	s := New(true)
	s.dozes = math.MaxInt
	losesNone(s, 20000)
}

// While a light sleeper and who woke it compute after a pause, the runtime's monitor lets them: it sleeps, and
// wakes up, now and then and not some 50 times in the first milliseconds.
func TestLightSleeperKeepsTheMonitorCalm(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	spin := func(d time.Duration) {
		for start := time.Now(); time.Since(start) < d; {
		}
	}
	switches := func(light bool) int64 {
		const computing = 4 * time.Millisecond
		var counts []int64
		for range 9 {
			s, done := New(light), make(chan bool)
			var up atomic.Bool
			spin(50 * time.Millisecond) // the monitor has nothing to do
			go func() {
				s.Sleep(up.Load)
				spin(computing)
				done <- true
			}()
			time.Sleep(30 * time.Millisecond)
			var before, after unix.Rusage
			unix.Getrusage(unix.RUSAGE_SELF, &before)
			up.Store(true)
			s.Wake()
			spin(computing)
			unix.Getrusage(unix.RUSAGE_SELF, &after)
			counts = append(counts, int64(after.Nvcsw-before.Nvcsw))
			<-done
		}
		slices.Sort(counts)
		return counts[len(counts)/2]
	}
	deep, light := switches(false), switches(true)
	t.Logf("threads went to sleep %d times, beside a light sleeper %d", deep, light)
	if light > 10 && light > deep/2 {
		t.Errorf("threads go to sleep %d times beside a light sleeper, beside another %d", light, deep)
	}
}

// Another goroutine that begins while a light sleeper dozes and the rest compute waits for a doze, not
// until the runtime's monitor looks.
func TestLightSleeperGivesWay(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	s, done := New(true), make(chan bool)
	var up atomic.Bool
	go func() {
		s.Sleep(up.Load)
		done <- true
	}()
	var late []time.Duration
	for range 9 {
		time.Sleep(20 * time.Millisecond)
		began, start := make(chan time.Time, 1), time.Now()
		go func() { began <- time.Now() }()
		for time.Since(start) < 15*time.Millisecond {
		}
		late = append(late, (<-began).Sub(start))
	}
	up.Store(true)
	s.Wake()
	<-done
	slices.Sort(late)
	t.Logf("goroutines begin after %v", late)
	if late[2] > 8*time.Millisecond { // of the best, as others may compute here
		t.Error("they wait for more than a doze")
	}
	if n := testing.AllocsPerRun(100, s.giveWay); n > 0 {
		t.Errorf("%g allocations in a doze", n)
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

// Goroutines that sleep leave their threads to each other, and wake each other while they do: each thread
// may run everywhere in the end, and so may a process that is begun then.
func TestThreadsKeepTheirCores(t *testing.T) {
	var all unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil || all.Count() < 2 {
		t.Skip("there is one core")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // fewer than want to run, so that they change threads
	before := kept(all)                             // the process's first thread cannot end as others do
	stop := time.Now().Add(2 * time.Second)
	var pairs sync.WaitGroup
	for range 6 {
		s, done := New(false), make(chan bool)
		var up atomic.Int64
		go func() {
			defer close(done)
			for seen := int64(0); seen >= 0; {
				s.Sleep(func() bool { return up.Load() != seen })
				seen = up.Load()
			}
		}()
		pairs.Go(func() {
			for time.Now().Before(stop) {
				up.Add(1)
				s.Wake()
				for start := time.Now(); time.Since(start) < 100*time.Microsecond; {
				}
				time.Sleep(200 * time.Microsecond)
			}
			up.Store(-1)
			for {
				s.Wake()
				select {
				case <-done:
					return
				case <-time.After(time.Millisecond):
				}
			}
		})
	}
	pairs.Wait()
	for thread := range kept(all) {
		if !before[thread] {
			t.Errorf("thread %d of process %d may not run on all cores", thread, os.Getpid())
		}
	}
}

// kept are the threads that may not run on all of some cores.
func kept(all unix.CPUSet) map[int]bool {
	threads := map[int]bool{}
	list, _ := os.ReadDir("/proc/self/task")
	for _, thread := range list {
		id, _ := strconv.Atoi(thread.Name())
		var now unix.CPUSet
		if unix.SchedGetaffinity(id, &now) == nil && now != all {
			threads[id] = true
		}
	}
	return threads
}
