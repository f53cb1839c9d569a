//go:build !linux

package park

import "sync/atomic"

// A Sleeper is where one goroutine sleeps and others wake it.
type Sleeper struct {
	asleep atomic.Bool
	woken  chan struct{}
}

// New returns a sleeper that is awake. There are no light ones here.
func New(light bool) *Sleeper { return &Sleeper{woken: make(chan struct{}, 1)} }

// Sleep returns when Wake has been called since, or at once if up says so.
func (s *Sleeper) Sleep(up func() bool) {
	s.asleep.Store(true)
	if up() && s.asleep.CompareAndSwap(true, false) {
		return
	}
	<-s.woken
}

// Wake wakes whoever sleeps, if somebody does.
func (s *Sleeper) Wake() {
	if s.asleep.CompareAndSwap(true, false) {
		s.woken <- struct{}{}
	}
}
