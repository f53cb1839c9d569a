package gpu

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// recorded is openRecorded with so many frames in flight.
func recorded(t testing.TB, frames int) (*Device, *glestest.Recorder) {
	t.Helper()
	var r *glestest.Recorder
	d := openTest(t, Options{Frames: frames, wrap: func(gl gles.API) gles.API { r = glestest.New(gl); return r }})
	r.Reset()
	return d, r
}

func random(r *rand.Rand, like []*tensor.Tensor) []*tensor.Tensor {
	var all []*tensor.Tensor
	for _, x := range like {
		y := tensor.New(x.Shape...)
		for i := range y.Data {
			y.Data[i] = float32(r.NormFloat64())
		}
		all = append(all, y)
	}
	return all
}

// Frames give what Run gives, whatever else runs in between.
func TestFramesGiveWhatRunGives(t *testing.T) {
	for _, slots := range []int{0, 1, 3} {
		d, _ := recorded(t, slots)
		for name, g := range map[string]*network.Graph{"two heads": twoHeads(t), "shufflenet": ofZoo(t, "shufflenet_v1_g3_0.25x", 46)} {
			s, out, in := compiled(t, d, g)
			other, otherOut, otherIn := compiled(t, d, twoHeads(t))
			rnd := rand.New(rand.NewPCG(3, uint64(slots)))
			const n = 12
			var ins, want [n][]*tensor.Tensor
			for i := range n {
				ins[i] = random(rnd, in)
				got, err := s.Run(ins[i]...)
				if err != nil {
					t.Fatal(err)
				}
				want[i] = got
			}
			for _, frames := range []int{1, 2, 4} { // fewer and more than there are slots
				ring := make([]*network.Frame, frames)
				for i := range ring {
					ring[i] = s.NewFrame()
				}
				check := func(i int) {
					got, err := ring[i%frames].Wait()
					if err != nil {
						t.Fatalf("%s, %d slots: frame %d: %v", name, slots, i, err)
					}
					same(t, got, want[i])
				}
				for i := range n {
					if i >= frames {
						check(i - frames)
					}
					scratch := random(rnd, in)
					for j := range scratch {
						copy(scratch[j].Data, ins[i][j].Data)
					}
					if err := s.Submit(ring[i%frames], scratch...); err != nil {
						t.Fatal(err)
					}
					for j := range scratch { // the inputs are the caller's again
						clear(scratch[j].Data)
					}
					switch i % 4 {
					case 1:
						if err := s.RunInto(out, ins[0]); err != nil {
							t.Fatal(err)
						}
						same(t, out, want[0])
					case 2:
						if err := other.RunInto(otherOut, otherIn); err != nil {
							t.Fatal(err)
						}
					}
				}
				for i := n - frames; i < n; i++ {
					check(i)
				}
			}
		}
	}
}

// The steady state of frames: Submit copies inputs in, launches and copies outputs
// out, and waits for nothing; Wait waits for one fence.
func TestFramesInFlight(t *testing.T) {
	d, r := openRecorded(t)
	s, _, in := compiled(t, d, twoHeads(t))
	a, b, c := s.NewFrame(), s.NewFrame(), s.NewFrame()
	submit := func(f *network.Frame) {
		if err := s.Submit(f, in...); err != nil {
			t.Error(err)
		}
	}
	wait := func(f *network.Frame) {
		if _, err := f.Wait(); err != nil {
			t.Error(err)
		}
	}
	submit(a)
	submit(b)
	wait(a)
	wait(b)
	submit(a)
	got := strings.Join(r.Sequence(func() { submit(b) }), " ")
	const want = "BindBuffer MapBufferRange UnmapBuffer MemoryBarrier BindBuffer BindBuffer CopyBufferSubData CopyBufferSubData " +
		"MemoryBarrier UseProgram BindBufferRange DispatchCompute " +
		"MemoryBarrier UseProgram BindBufferRange DispatchCompute " +
		"MemoryBarrier UseProgram BindBufferRange DispatchCompute " +
		"MemoryBarrier UseProgram BindBufferRange DispatchCompute " +
		"MemoryBarrier BindBuffer BindBuffer CopyBufferSubData CopyBufferSubData CopyBufferSubData " +
		"FenceSync Flush GetError"
	if got != want {
		t.Errorf("Submit calls\n%s\nwant\n%s", got, want)
	}
	// All slots are taken: the oldest frame is finished first, by its own fence.
	calls := r.Sequence(func() { submit(c) })
	if i := slices.Index(calls, "ClientWaitSync"); i != 0 || slices.Index(calls, "DispatchCompute") < i {
		t.Errorf("Submit without a free slot calls %s", calls)
	}
	if calls := r.Sequence(func() { wait(a) }); len(calls) != 0 {
		t.Errorf("Wait for a frame that was finished calls %s", calls)
	}
	calls = slices.Compact(r.Sequence(func() { wait(b) })) // waits come in slices
	if got := strings.Join(slices.DeleteFunc(calls, func(s string) bool { return s == "GetGraphicsResetStatus" }), " "); !strings.HasSuffix(got, "ClientWaitSync DeleteSync BindBuffer MapBufferRange UnmapBuffer") {
		t.Errorf("Wait calls %s", got)
	}
	wait(c)
	r.Reset()
	if n := testing.AllocsPerRun(20, func() {
		submit(a)
		submit(b)
		wait(a)
		submit(a)
		wait(b)
		wait(a)
	}); n != 0 {
		t.Errorf("frames allocate %v times", n)
	}
	for _, call := range []string{"Finish", "GenBuffer", "BufferData", "BufferSubData", "GenTexture", "CreateProgram"} {
		if r.Calls(call) != 0 {
			t.Errorf("frames call %s", call)
		}
	}
}

// Each fault is told of by the frame that it befell, frames before are right, and
// what is left can be closed without a leak.
func TestFrameFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		f     glestest.Fault
		wait  bool // the fault comes while waiting, not in Submit
		is    error
		lasts bool // the context is lost for good
		stuck bool // the driver, which saw no call, has the buffer mapped still
	}{
		{name: "no memory for inputs", f: glestest.Fault{Call: "BufferData", Nth: 1, Error: gles.OUT_OF_MEMORY}, is: ErrOutOfMemory},
		{name: "no memory for outputs", f: glestest.Fault{Call: "BufferData", Nth: 2, Error: gles.OUT_OF_MEMORY}, is: ErrOutOfMemory},
		{name: "inputs cannot be mapped", f: glestest.Fault{Call: "MapBufferRange", Nth: 1, Error: gles.OUT_OF_MEMORY}, is: ErrOutOfMemory},
		{name: "a launch is refused", f: glestest.Fault{Call: "DispatchCompute", Nth: 2, Error: gles.INVALID_OPERATION}},
		{name: "no fence", f: glestest.Fault{Call: "FenceSync", Nth: 1}},
		{name: "lost in a launch", f: glestest.Fault{Call: "DispatchCompute", Nth: 2, Lost: true}, is: ErrContextLost, lasts: true},
		{name: "outputs cannot be mapped", f: glestest.Fault{Call: "MapBufferRange", Nth: 1}, wait: true},
		{name: "outputs are lost", f: glestest.Fault{Call: "UnmapBuffer", Nth: 1}, wait: true, stuck: true},
		{name: "lost while waiting", f: glestest.Fault{Call: "ClientWaitSync", Nth: 1, Lost: true}, wait: true, is: ErrContextLost, lasts: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, r := openRecorded(t)
			s, out, in := compiled(t, d, twoHeads(t))
			if err := s.RunInto(out, in); err != nil {
				t.Fatal(err)
			}
			a, b := s.NewFrame(), s.NewFrame()
			if err := s.Submit(a, in...); err != nil {
				t.Fatal(err)
			}
			if c.wait {
				if err := s.Submit(b, in...); err != nil {
					t.Fatal(err)
				}
				got, err := a.Wait()
				if err != nil {
					t.Fatal(err)
				}
				same(t, got, out)
			}
			r.Inject(c.f)
			if !c.wait {
				if err := s.Submit(b, in...); err == nil || c.is != nil && !errors.Is(err, c.is) {
					t.Errorf("Submit: %v", err)
				}
			}
			if _, err := b.Wait(); err == nil || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("Wait: %v", err)
			}
			if !c.wait && !c.lasts {
				got, err := a.Wait()
				if err != nil {
					t.Fatal(err)
				}
				same(t, got, out)
			}
			if !c.lasts && !c.stuck {
				for range 3 { // every slot is good again
					if err := s.Submit(b, in...); err != nil {
						t.Fatal(err)
					}
					got, err := b.Wait()
					if err != nil {
						t.Fatal(err)
					}
					same(t, got, out)
				}
			} else if _, err := s.Run(in...); c.lasts && !errors.Is(err, ErrContextLost) {
				t.Errorf("a run on a lost context: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A GPU that hangs does not hang the program, and one that comes back is used again.
func TestFrameTimeout(t *testing.T) {
	d, r := openRecorded(t)
	s, out, in := compiled(t, d, twoHeads(t))
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	executorOf(t, s).patience = 5 * time.Millisecond
	r.Inject(glestest.Fault{Call: "ClientWaitSync", Result: gles.TIMEOUT_EXPIRED})
	f := s.NewFrame()
	if err := s.Submit(f, in...); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Wait(); !errors.Is(err, ErrTimeout) {
		t.Errorf("Wait: %v", err)
	}
	if _, err := s.Run(in...); !errors.Is(err, ErrTimeout) {
		t.Errorf("Run: %v", err)
	}
	r.Heal()
	for range 3 {
		if err := s.Submit(f, in...); err != nil {
			t.Fatal(err)
		}
		executorOf(t, s).patience = patience
		got, err := f.Wait()
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, out)
	}
}

// Whatever is closed first, with frames in flight nothing hangs and nothing stays.
func TestCloseWithFramesInFlight(t *testing.T) {
	d, r := recorded(t, 3)
	s, out, in := compiled(t, d, twoHeads(t))
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	a, b := s.NewFrame(), s.NewFrame()
	for _, f := range []*network.Frame{a, b} {
		if err := s.Submit(f, in...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*network.Frame{b, a} {
		got, err := f.Wait()
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, out)
	}
	for _, pair := range [][2]string{{"GenBuffer", "DeleteBuffer"}, {"GenTexture", "DeleteTexture"}, {"FenceSync", "DeleteSync"}} {
		if made, gone := r.Calls(pair[0]), r.Calls(pair[1]); made != gone {
			t.Errorf("%d %s, %d %s", made, pair[0], gone, pair[1])
		}
	}

	s, _, _ = compiled(t, d, twoHeads(t))
	a, b = s.NewFrame(), s.NewFrame()
	if err := s.Submit(a, in...); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(b, in...); !errors.Is(err, ErrClosed) {
		t.Errorf("Submit on a closed device: %v", err)
	}
	if _, err := a.Wait(); !errors.Is(err, ErrClosed) {
		t.Errorf("Wait on a closed device: %v", err)
	}
	if err := s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("Close of a session on a closed device: %v", err)
	}
}

// Goroutines that share a session, and sessions that share a device. (Run with
// -race.)
func TestConcurrentFrames(t *testing.T) {
	d := openTest(t, Options{})
	var wg sync.WaitGroup
	for range 2 {
		s, out, in := compiled(t, d, twoHeads(t))
		if err := s.RunInto(out, in); err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			f := s.NewFrame()
			wg.Go(func() {
				mine := random(rand.New(rand.NewPCG(1, uint64(n))), in)
				want, err := s.Run(mine...)
				if err != nil {
					t.Error(err)
					return
				}
				for range 20 {
					if err := s.Submit(f, mine...); err != nil {
						t.Error(err)
						return
					}
					got, err := f.Wait()
					if err != nil {
						t.Error(err)
						return
					}
					same(t, got, want)
				}
			})
		}
	}
	wg.Wait()
}

func TestFramesOption(t *testing.T) {
	for _, n := range []int{-1, maxFrames + 1} {
		if _, err := Open(Options{Frames: n, NoCache: true}); err == nil || errors.Is(err, ErrUnavailable) {
			t.Errorf("%d frames: %v", n, err)
		}
	}
	if gles.Available() != nil {
		t.Skip("built without cgo")
	}
	d := openTest(t, Options{})
	s, _, _ := compiled(t, d, twoHeads(t))
	if n := executorOf(t, s).Slots(); n != 2 {
		t.Errorf("%d frames in flight", n)
	}
}
