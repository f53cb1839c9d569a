package network_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// fake is a backend that doubles its input, and counts.
type fake struct {
	err          error
	running      atomic.Int32
	together     atomic.Bool
	runs, closes int // written by one run at a time, or the race detector says so
}

func (f *fake) Name() string   { return "fake" }
func (f *fake) Device() string { return "none" }
func (f *fake) Driver() string { return "none" }

func (f *fake) Prepare(*network.Plan) (network.Executor, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f, nil
}

func (f *fake) Run(out, in []*tensor.Tensor) error {
	if f.running.Add(1) > 1 {
		f.together.Store(true)
	}
	defer f.running.Add(-1)
	f.runs++
	runtime.Gosched() // let another run in, if it may
	for i, v := range in[0].Data {
		out[0].Data[i] = 2 * v
	}
	return f.err
}

func (f *fake) Close() error {
	f.closes++
	return f.err
}

var errFake = errors.New("fake fault")

func session(t *testing.T, f *fake) *network.Session {
	t.Helper()
	s, err := network.Compile(f, parse(t, `
		x = input 2x3
		y = add : x x
		out y`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRunRefusesWhatDoesNotFit(t *testing.T) {
	f := &fake{}
	s := session(t, f)
	fits := tensor.New(2, 3)
	wrong := &tensor.Tensor{Shape: dims(2, 3), Data: make([]float32, 5)}
	type tensors = []*tensor.Tensor
	for _, c := range []struct {
		out, in tensors
		want    string
	}{
		{tensors{fits}, nil, `network: 0 inputs given, the network has 1: shapes do not fit`},
		{tensors{fits}, tensors{fits, fits}, `network: 2 inputs given, the network has 1: shapes do not fit`},
		{tensors{fits}, tensors{nil}, `network: input "x" is nil: shapes do not fit`},
		{tensors{fits}, tensors{tensor.New(3, 2)}, `network: input "x" is 3x2 (6 elements), the network has 2x3: shapes do not fit`},
		{tensors{fits}, tensors{wrong}, `network: input "x" is 2x3 (5 elements), the network has 2x3: shapes do not fit`},
		{nil, tensors{fits}, `network: 0 outputs given, the network has 1: shapes do not fit`},
		{tensors{nil}, tensors{fits}, `network: output "y" is nil: shapes do not fit`},
		{tensors{tensor.New(6)}, tensors{fits}, `network: output "y" is 6 (6 elements), the network has 2x3: shapes do not fit`},
	} {
		wantError(t, s.RunInto(c.out, c.in), network.ErrShape, c.want)
	}
	if f.runs != 0 {
		t.Errorf("the backend was run %d times", f.runs)
	}
	if out, err := s.Run(tensor.New(6)); out != nil || !errors.Is(err, network.ErrShape) {
		t.Errorf("Run gives %v, %v", out, err)
	}
}

func TestRunAfterClose(t *testing.T) {
	f := &fake{}
	s := session(t, f)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if f.closes != 1 {
		t.Errorf("the executor was closed %d times", f.closes)
	}
	if out, err := s.Run(tensor.New(2, 3)); out != nil || !errors.Is(err, network.ErrClosed) {
		t.Errorf("Run gives %v, %v", out, err)
	}
	err := s.Executor(func(network.Executor) error { t.Error("a closed executor was lent"); return nil })
	if !errors.Is(err, network.ErrClosed) {
		t.Errorf("Executor gives %v", err)
	}
}

func TestBackendsErrorsArePassedOn(t *testing.T) {
	f := &fake{err: errFake}
	if s, err := network.Compile(f, parse(t, "x = input 2\ny = softmax axis0 : x\nout y")); s != nil || !errors.Is(err, errFake) {
		t.Errorf("Compile gives %v, %v", s, err)
	}
	f.err = nil
	s := session(t, f)
	f.err = errFake
	if out, err := s.Run(tensor.New(2, 3)); out != nil || !errors.Is(err, errFake) {
		t.Errorf("Run gives %v, %v", out, err)
	}
	if err := s.Executor(func(e network.Executor) error { return e.Run(nil, []*tensor.Tensor{{}}) }); !errors.Is(err, errFake) {
		t.Errorf("Executor gives %v", err)
	}
	if err := s.Close(); !errors.Is(err, errFake) {
		t.Errorf("Close gives %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close, again, gives %v", err)
	}
	bad := network.NewGraph("bad")
	bad.Output(&network.Value{Name: "nothing"})
	if _, err := network.Compile(f, bad); err == nil {
		t.Error("a malformed graph was compiled")
	}
}

// Runs take turns, and closing waits for the one under way. (Run with -race.)
func TestConcurrentRunsTakeTurns(t *testing.T) {
	f := &fake{}
	s := session(t, f)
	var wg sync.WaitGroup
	var done atomic.Int32
	for n := range 8 {
		wg.Go(func() {
			x := tensor.New(2, 3)
			x.Data[5] = float32(n)
			for range 50 {
				out, err := s.Run(x)
				if err != nil || out[0].Data[5] != float32(2*n) {
					t.Errorf("goroutine %d got %v, %v", n, out, err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if f.together.Load() || f.runs != int(done.Load()) {
		t.Errorf("%d runs of %d, at once: %v", f.runs, done.Load(), f.together.Load())
	}
	wg.Go(func() { s.Close() })
	wg.Go(func() { s.Run(tensor.New(2, 3)) })
	wg.Wait()
	if f.closes != 1 || f.together.Load() {
		t.Errorf("closed %d times", f.closes)
	}
}

func TestRunIntoDoesNotAllocate(t *testing.T) {
	s := session(t, &fake{})
	in, out := []*tensor.Tensor{tensor.New(2, 3)}, s.NewOutputs()
	if n := testing.AllocsPerRun(20, func() {
		if err := s.RunInto(out, in); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}
