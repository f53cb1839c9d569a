package park

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Sleeper is where one goroutine sleeps and others wake it.
type Sleeper struct {
	state atomic.Uint32 // a futex

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

// New returns a sleeper that is awake.
func New() *Sleeper { return new(Sleeper) }

// Sleep returns when Wake has been called since, or at once if up says so.
func (s *Sleeper) Sleep(up func() bool) {
	s.thread = unix.Gettid()
	s.state.Store(asleep)
	if up() && s.state.CompareAndSwap(asleep, awake) {
		return
	}
	for {
		now := s.state.Load()
		if now == awake {
			break
		}
		wait((*uint32)(unsafe.Pointer(&s.state)), now)
	}
	if s.kept { // only so that it begins elsewhere
		unix.SchedSetaffinity(s.thread, &s.allowed)
		s.kept = false
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
