package park

import (
	"runtime"
	"runtime/metrics"
	"sync"
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

	thread int // that it falls asleep on; of who has changed state last

	// Of who holds moving.
	core    uint32      // of whoever wakes it
	allowed unix.CPUSet // where the thread may run
	away    unix.CPUSet // those without core
}

// moving is held while a thread is kept off a core, which is until the system has chosen where it begins.
// Another who looked at the same thread then, as goroutines leave threads to each other, would take
// what it finds for all that the thread may do, and give that back for ever.
var moving sync.Mutex

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
	for dozed := 0; ; dozed++ {
		s.thread = unix.Gettid()
		s.state.Store(asleep)
		if up() && s.state.CompareAndSwap(asleep, awake) {
			return
		}
		if dozed == s.dozes {
			s.wait(nil)
			break
		}
		if s.wait(&doze); !s.state.CompareAndSwap(asleep, awake) {
			s.wait(nil) // for whoever wakes it
			break
		}
		s.giveWay()
	}
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
	thread := s.thread
	if !moving.TryLock() { // it may begin anywhere
		s.begin()
		return
	}
	kept := s.keepOff(thread)
	s.begin() // which chooses the core
	if kept {
		unix.SchedSetaffinity(thread, &s.allowed)
	}
	moving.Unlock()
}

// begin lets the sleeper go on.
func (s *Sleeper) begin() {
	s.state.Store(awake)
	unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.state)), futexWake, 1, 0, 0, 0)
}

// keepOff keeps the sleeper's thread off the caller's core, if it may run on others.
func (s *Sleeper) keepOff(thread int) bool {
	if _, _, e := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&s.core)), 0, 0); e != 0 {
		return false
	}
	if unix.SchedGetaffinity(thread, &s.allowed) != nil {
		return false
	}
	s.away = s.allowed
	s.away.Clear(int(s.core))
	return s.away.Count() > 0 && unix.SchedSetaffinity(thread, &s.away) == nil
}
