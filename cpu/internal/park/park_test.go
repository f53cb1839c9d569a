package park

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// No wake-up is lost, whenever it comes: each turn is said once, as a run is to a helper.
func TestNoWakeUpIsLost(t *testing.T) {
	for _, light := range []bool{false, true} {
		losesNone(New(light), 20000)
	}
}

func losesNone(s *Sleeper, turns int64) {
	var turn, seen atomic.Int64
	var ended sync.WaitGroup
	ended.Go(func() {
		for last := int64(0); last < turns; last = seen.Load() {
			s.Sleep(func() bool { return turn.Load() != last })
			seen.Store(turn.Load())
		}
	})
	late := time.AfterFunc(time.Minute, func() { panic("park: a wake-up was lost") })
	defer late.Stop()
	for i := range turns {
		turn.Store(i + 1)
		s.Wake()
		for n := 0; seen.Load() != i+1; n++ {
			if n > 1000 {
				Nap()
			}
		}
		if i%1000 == 0 {
			time.Sleep(time.Millisecond) // so that it sleeps for sure
		}
	}
	ended.Wait()
}

func TestSleeperStaysUp(t *testing.T) {
	s := New(false)
	s.Wake() // nobody sleeps
	s.Sleep(func() bool { return true })
	var up atomic.Bool
	done := make(chan struct{})
	go func() {
		s.Sleep(up.Load)
		close(done)
	}()
	select {
	case <-done:
		t.Error("a sleeper is awake though nobody woke it since")
	case <-time.After(20 * time.Millisecond):
	}
	up.Store(true)
	s.Wake()
	<-done
}

func TestNothingIsAllocated(t *testing.T) {
	s := New(false)
	var up atomic.Bool
	turns := make(chan struct{})
	defer close(turns)
	go func() {
		for range turns {
			Nap()
			up.Store(true)
			s.Wake()
		}
	}()
	if n := testing.AllocsPerRun(100, func() {
		up.Store(false)
		turns <- struct{}{}
		s.Sleep(func() bool { return up.Load() })
	}); n != 0 {
		t.Errorf("%v allocations a turn", n)
	}
}
