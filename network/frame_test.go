package network_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// piped is a fake whose runs stay under way until they are finished.
type piped struct {
	fake
	slots    []float32 // the first element of what is under way; 0 is nothing
	outs     [8]*tensor.Tensor
	mu       sync.Mutex
	log      []string
	beginErr error
	endErr   map[float32]error // by first element
	hold     chan struct{}     // if not nil, Finish waits for it
	closed   bool
}

func (p *piped) Prepare(*network.Plan) (network.Executor, error) { return p, nil }
func (p *piped) Slots() int                                      { return len(p.slots) }

func (p *piped) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, fmt.Sprintf(format, args...))
}

func (p *piped) Begin(slot int, out, in []*tensor.Tensor) error {
	p.note("begin %v in %d", in[0].Data[0], slot)
	if p.beginErr != nil {
		return p.beginErr
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slots[slot] != 0 || p.closed {
		panic("the slot is not free")
	}
	p.slots[slot], p.outs[slot] = in[0].Data[0], out[0]
	return nil
}

func (p *piped) Finish(slot int) error {
	if p.hold != nil {
		<-p.hold
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.slots[slot]
	if x == 0 || p.closed {
		panic("the slot is free")
	}
	p.slots[slot] = 0
	p.log = append(p.log, fmt.Sprintf("finish %v in %d", x, slot))
	if p.outs[slot] != network.OnDevice {
		p.outs[slot].Data[0] = 2 * x
	}
	return p.endErr[x]
}

func (p *piped) Close() error {
	p.note("close")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return nil
}

// pipeline is a session on a fake with so many slots, and so many frames of it.
func pipeline(t *testing.T, slots, frames int) (*piped, *network.Session, []*network.Frame) {
	t.Helper()
	p := &piped{slots: make([]float32, slots), endErr: map[float32]error{}}
	s, err := network.Compile(p, parse(t, `
		x = input 2x3
		y = add : x x
		out y`))
	if err != nil {
		t.Fatal(err)
	}
	fs := make([]*network.Frame, frames)
	for i := range fs {
		fs[i] = s.NewFrame()
	}
	return p, s, fs
}

func first(v float32) *tensor.Tensor {
	x := tensor.New(2, 3)
	x.Data[0] = v
	return x
}

func submit(t *testing.T, s *network.Session, f *network.Frame, v float32) {
	t.Helper()
	if err := s.Submit(f, first(v)); err != nil {
		t.Fatal(err)
	}
}

// await fails the test unless the frame's result is that of input v.
func await(t *testing.T, f *network.Frame, v float32) {
	t.Helper()
	out, err := f.Wait()
	if err != nil || out[0].Data[0] != 2*v || out[0] != f.Outputs[0] {
		t.Errorf("frame of %v: %v, %v", v, out, err)
	}
}

// Slots are used in turn. When all are taken, Submit finishes the oldest frame,
// whose results then wait for their Wait.
func TestFramesInFlight(t *testing.T) {
	p, s, f := pipeline(t, 2, 4)
	for i := range f {
		submit(t, s, f[i], float32(i+1))
	}
	await(t, f[3], 4) // out of turn
	submit(t, s, f[3], 5)
	for i, v := range []float32{1, 2, 3, 5} {
		await(t, f[i], v)
		await(t, f[i], v) // again
	}
	submit(t, s, f[0], 6)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	await(t, f[0], 6)
	want := []string{
		"begin 1 in 0", "begin 2 in 1",
		"finish 1 in 0", "begin 3 in 0",
		"finish 2 in 1", "begin 4 in 1",
		"finish 4 in 1",
		"finish 3 in 0", "begin 5 in 0",
		"finish 5 in 0",
		"begin 6 in 1", "finish 6 in 1", "close",
	}
	if !slices.Equal(p.log, want) {
		t.Errorf("the backend saw\n%q\nwant\n%q", p.log, want)
	}
}

func TestFrameErrors(t *testing.T) {
	p, s, f := pipeline(t, 2, 3)
	if out, err := f[0].Wait(); out != nil || !errors.Is(err, network.ErrNotSubmitted) {
		t.Errorf("a frame that was not submitted gives %v, %v", out, err)
	}
	_, other, _ := pipeline(t, 1, 0)
	for _, wrong := range []*network.Frame{nil, {}, other.NewFrame()} {
		if err := s.Submit(wrong, first(1)); !errors.Is(err, network.ErrNotSubmitted) {
			t.Errorf("a frame of elsewhere: %v", err)
		}
	}
	wantError(t, s.Submit(f[0], tensor.New(6)), network.ErrShape, `network: input "x" is 6 (6 elements), the network has 2x3: shapes do not fit`)
	outs := f[0].Outputs
	f[0].Outputs = nil
	wantError(t, s.Submit(f[0], first(1)), network.ErrShape, `network: 0 outputs given, the network has 1: shapes do not fit`)
	f[0].Outputs = outs

	f[0].Outputs = []*tensor.Tensor{network.OnDevice}
	submit(t, s, f[0], 1)
	if out, err := f[0].Wait(); err != nil || out[0] != network.OnDevice {
		t.Errorf("an output that stays on the device: %v, %v", out, err)
	}
	f[0].Outputs = outs
	wantError(t, s.Submit(f[0], network.OnDevice), network.ErrShape, `network: input "x" is scalar (0 elements), the network has 2x3: shapes do not fit`)

	// What goes wrong in a run comes out of its own Wait, whoever finished it.
	p.endErr[1] = errFake
	submit(t, s, f[0], 1)
	if err := s.Submit(f[0], first(9)); !errors.Is(err, network.ErrInFlight) {
		t.Errorf("Submit of a frame in flight: %v", err)
	}
	submit(t, s, f[1], 2)
	submit(t, s, f[2], 3)
	await(t, f[2], 3)
	await(t, f[1], 2)
	if out, err := f[0].Wait(); out != nil || !errors.Is(err, errFake) {
		t.Errorf("the failed frame gives %v, %v", out, err)
	}
	submit(t, s, f[0], 4) // and the frame is as good as new
	await(t, f[0], 4)

	// A run that could not begin takes no slot.
	p.beginErr = errFake
	for range 3 {
		if err := s.Submit(f[0], first(5)); !errors.Is(err, errFake) {
			t.Errorf("Submit gives %v", err)
		}
		if out, err := f[0].Wait(); out != nil || !errors.Is(err, errFake) {
			t.Errorf("Wait gives %v, %v", out, err)
		}
	}
	p.beginErr = nil
	submit(t, s, f[0], 6)
	submit(t, s, f[1], 7)
	await(t, f[0], 6)
	s.Close()
	await(t, f[1], 7)
	if err := s.Submit(f[0], first(8)); !errors.Is(err, network.ErrClosed) {
		t.Errorf("Submit after Close: %v", err)
	}
	await(t, f[0], 6) // a refused Submit changes nothing
}

// While one goroutine waits, another submits.
func TestWaitDoesNotHoldUpSubmit(t *testing.T) {
	p, s, f := pipeline(t, 2, 2)
	p.hold = make(chan struct{})
	submit(t, s, f[0], 1)
	waited := make(chan struct{})
	go func() { await(t, f[0], 1); close(waited) }()
	submitted := make(chan struct{})
	go func() { submit(t, s, f[1], 2); close(submitted) }()
	select {
	case <-submitted:
	case <-time.After(10 * time.Second):
		t.Fatal("Submit waits")
	}
	select {
	case <-waited:
		t.Fatal("Wait does not wait")
	default:
	}
	close(p.hold)
	<-waited
	await(t, f[1], 2)
}

// Without slots, Submit is the run, and Wait has its error.
func TestFramesOfABackendWithoutSlots(t *testing.T) {
	f := &fake{}
	s := session(t, f)
	a := s.NewFrame()
	submit(t, s, a, 3)
	if f.runs != 1 {
		t.Errorf("%d runs", f.runs)
	}
	await(t, a, 3)
	f.err = errFake
	submit(t, s, a, 4)
	if _, err := a.Wait(); !errors.Is(err, errFake) {
		t.Errorf("Wait gives %v", err)
	}
	f.err = nil
	submit(t, s, a, 5)
	s.Close()
	await(t, a, 5)
}

// Many goroutines, each with its frame, get each its own results. (Run with -race.)
func TestConcurrentFrames(t *testing.T) {
	for _, slots := range []int{1, 2, 5} {
		_, s, f := pipeline(t, slots, 8)
		var wg sync.WaitGroup
		for n := range f {
			wg.Go(func() {
				for i := range 50 {
					v := float32(100*n + i + 1)
					submit(t, s, f[n], v)
					if i%3 == 0 {
						wg.Go(func() { f[n].Wait() })
					}
					await(t, f[n], v)
				}
			})
		}
		wg.Wait()
		s.Close()
	}
	// Closing ends it for all.
	_, s, f := pipeline(t, 2, 4)
	var wg sync.WaitGroup
	for n := range f {
		wg.Go(func() {
			for {
				err := s.Submit(f[n], first(1))
				if errors.Is(err, network.ErrClosed) {
					return
				}
				if _, waited := f[n].Wait(); err != nil || waited != nil {
					t.Errorf("%v, %v", err, waited)
				}
			}
		})
	}
	time.Sleep(time.Millisecond)
	s.Close()
	wg.Wait()
}

func TestSubmitDoesNotAllocate(t *testing.T) {
	s := session(t, &fake{})
	f, in := s.NewFrame(), []*tensor.Tensor{tensor.New(2, 3)}
	if n := testing.AllocsPerRun(20, func() {
		if err := s.Submit(f, in...); err != nil {
			t.Fatal(err)
		}
		f.Wait()
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
