package park

import (
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Sleeper is where one goroutine sleeps and others wake it.
type Sleeper struct {
	state atomic.Uint32 // a futex
	dozes int           // how often it dozes before it sleeps

	runnable [1]metrics.Sample // goroutines that wait for a P

	// Who has changed state last may use these.
	thread  int         // the sleeper's
	core    uint32      // of whoever wakes it
	allowed unix.CPUSet // where the thread may run
	away    unix.CPUSet // those without core
	kept    bool        // the thread is kept to away
}

const (
	awake = iota
	asleep
	waking
)

// Linux, include/uapi/linux/futex.h: of this process alone.
const (
	futexWait = 0 | 128
	futexWake = 1 | 128
)

// doze is less than the 10 ms after which sysmon takes a goroutine's P, and how long others may
// wait for that.
var doze = unix.NsecToTimespec(2e6)

// New returns a sleeper that is awake. A light one dozes for a second before it sleeps: it
// keeps its P, unless others want it, and sysmon, the runtime's monitor, from falling asleep.
// When sysmon has taken a P or is woken, it looks around 50 times, every 20 µs or so, on a core
// that computes and from when there is work again.
func New(light bool) *Sleeper {
	s := new(Sleeper)
	if light {
		s.runnable[0].Name = "/sched/goroutines/runnable:goroutines"
		s.dozes = int(time.Second.Nanoseconds() / doze.Nano())
	}
	return s
}

// Sleep returns when Wake has been called since, or at once if up says so.
func (s *Sleeper) Sleep(up func() bool) {
	for dozed := 0; !s.rest(up, dozed == s.dozes); dozed++ {
		s.giveWay()
	}
}

// rest sleeps, or dozes for a while, and reports whether the sleeper is awake. It keeps the thread to
// itself: whoever ran on it while it is kept off a core, and threads and processes begun there, would
// be kept off for ever.
func (s *Sleeper) rest(up func() bool, long bool) (done bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s.thread = unix.Gettid()
	s.state.Store(asleep)
	if up() && s.state.CompareAndSwap(asleep, awake) {
		return true
	}
	if !long {
		if s.wait(&doze); s.state.CompareAndSwap(asleep, awake) {
			return false
		}
	}
	s.wait(nil) // of a doze for whoever wakes it
	if s.kept { // only so that it begins elsewhere
		unix.SchedSetaffinity(s.thread, &s.allowed)
		s.kept = false
	}
	return true
}

// giveWay lets others have the P, if any wait for one: sysmon, which sees to that otherwise, may
// look 10 ms later. It also takes the P of a goroutine that has been running for so long, so one
// must be begun.
func (s *Sleeper) giveWay() {
	metrics.Read(s.runnable[:])
	if v := s.runnable[0].Value; v.Kind() == metrics.KindUint64 && v.Uint64() > 0 {
		time.Sleep(time.Millisecond) // a Gosched finds the sleeper first
	} else {
		runtime.Gosched()
	}
}

// wait returns when the sleeper is awake, or after a while.
func (s *Sleeper) wait(while *unix.Timespec) {
	for state := s.state.Load(); state != awake; state = s.state.Load() {
		_, _, e := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.state)), futexWait, uintptr(state), uintptr(unsafe.Pointer(while)), 0, 0)
		if e == unix.ETIMEDOUT {
			return
		}
	}
}

// Wake wakes whoever sleeps, if somebody does.
func (s *Sleeper) Wake() {
	if !s.state.CompareAndSwap(asleep, waking) {
		return
	}
	s.keepOff()
	s.state.Store(awake)
	unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.state)), futexWake, 1, 0, 0, 0)
}

// keepOff keeps the sleeper's thread off the caller's core, if it may run on others.
func (s *Sleeper) keepOff() {
	if _, _, e := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&s.core)), 0, 0); e != 0 {
		return
	}
	if unix.SchedGetaffinity(s.thread, &s.allowed) != nil {
		return
	}
	s.away = s.allowed
	s.away.Clear(int(s.core))
	s.kept = s.away.Count() > 0 && unix.SchedSetaffinity(s.thread, &s.away) == nil
}
