package cpu

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// smallNet has a step of every kernel, and a constant operand.
func smallNet(t testing.TB) *network.Graph {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	b := network.NewBuilder("small")
	weights := func(shape ...int) *network.Value { return b.Const("w", noise(r, shape...)) }
	x := b.Input("image", 1, 3, 40, 40)
	x = b.Apply("stem", network.Conv{Window: network.Square(3, 2, 1)}, x, weights(24, 3, 3, 3))
	x = b.Apply("pool", network.Pool{Window: network.Square(3, 2, 1), Reduce: network.Max}, x)
	y := b.Apply("gconv", network.Conv{Window: network.Square(1, 1, 0), Groups: 3}, x, weights(24, 8, 1, 1))
	y = b.Apply("shuffle", network.ChannelShuffle{Groups: 3}, y)
	y = b.Apply("dw", network.Conv{Window: network.Square(3, 1, 1), Groups: 24}, y, weights(24, 1, 3, 3))
	x = b.Apply("relu", network.Activate{Fn: network.ReLU()}, b.Apply("add", network.Binary{Fn: network.FnAdd}, x, y))
	x = b.Apply("add2", network.Binary{Fn: network.FnAdd}, x, b.Const("offset", noise(r, 1, 24, 10, 10)))
	x = b.Apply("average", network.GlobalPool{Reduce: network.Average}, x)
	x = b.Apply("flat", network.Reshape{Shape: tensor.Shape{1, 24}}, x)
	x = b.Apply("fc", network.FullyConnected{}, x, weights(10, 24))
	g, err := b.Build(b.Apply("prob", network.Softmax{Axis: 1}, x))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func prepare(t testing.TB, b network.Backend) (*network.Plan, network.Executor, []*tensor.Tensor, []*tensor.Tensor) {
	t.Helper()
	p, err := network.NewPlan(smallNet(t), network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.Prepare(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	in := []*tensor.Tensor{noise(rand.New(rand.NewPCG(5, 6)), 1, 3, 40, 40)}
	return p, e, []*tensor.Tensor{tensor.New(1, 10)}, in
}

// The stages are within the run's time, and the run computes what any run does.
func TestStages(t *testing.T) {
	_, e, out, in := prepare(t, New(Options{Threads: 2}))
	if err := e.Run(out, in); err != nil {
		t.Fatal(err)
	}
	want := out[0].Clone()
	clear(out[0].Data)
	var at network.Stages
	start := time.Now()
	if err := e.(network.StageTimer).RunStages(out, in, &at); err != nil {
		t.Fatal(err)
	}
	if sum := at.Upload + at.Wait + at.Readback; at.Wait <= 0 || sum > time.Since(start) || at.Submit != 0 {
		t.Errorf("%+v", at)
	}
	if d := tensor.MaxDiff(out[0], want); d.Abs != 0 {
		t.Error(d)
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	for _, threads := range []int{1, 2, 3} {
		_, e, out, in := prepare(t, New(Options{Threads: threads}))
		if n := testing.AllocsPerRun(20, func() {
			if err := e.Run(out, in); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%d threads: %v allocations a run", threads, n)
		}
	}
}

func TestThreadsAgreeBitForBit(t *testing.T) {
	var want []float32
	for _, threads := range []int{1, 2, 5} {
		_, e, out, in := prepare(t, New(Options{Threads: threads}))
		if err := e.Run(out, in); err != nil {
			t.Fatal(err)
		}
		for i, v := range want {
			if out[0].Data[i] != v {
				t.Errorf("%d threads: output %d is %v, with one thread %v", threads, i, out[0].Data[i], v)
			}
		}
		want = out[0].Data
	}
}

func TestWorkersStopAtClose(t *testing.T) {
	_, e, out, in := prepare(t, New(Options{Threads: 4}))
	before := runtime.NumGoroutine()
	if err := errors.Join(e.Run(out, in), e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if runtime.NumGoroutine() <= before-3 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines before Close, %d after", before, runtime.NumGoroutine())
}

func TestArenaKeepsConstants(t *testing.T) {
	p, e, out, in := prepare(t, New(Options{Threads: 1}))
	if len(p.Consts) != 1 {
		t.Fatalf("%d constants, want 1", len(p.Consts))
	}
	if err := e.Run(out, in); err != nil {
		t.Fatal(err)
	}
	want := out[0].Clone()
	poison := make([]float32, p.ArenaFloats)
	for i := range poison {
		poison[i] = float32(math.NaN())
	}
	a := e.(network.ArenaAccess)
	if err := errors.Join(a.WriteArena(poison), e.Run(out, in), a.ReadArena(poison)); err != nil {
		t.Fatal(err)
	}
	for i, v := range want.Data {
		if out[0].Data[i] != v {
			t.Fatalf("after poisoning, output %d is %v, want %v", i, out[0].Data[i], v)
		}
	}
	if a.WriteArena(nil) == nil || a.ReadArena(nil) == nil {
		t.Error("an arena of another size is accepted")
	}
}

func TestTimes(t *testing.T) {
	p, e, out, in := prepare(t, New(Options{Threads: 2}))
	times := make([]time.Duration, len(p.Steps))
	timer := e.(network.StepTimer)
	if err := timer.RunTimed(out, in, times); err != nil {
		t.Fatal(err)
	}
	var total time.Duration
	for _, d := range times {
		total += d
	}
	if total <= 0 {
		t.Errorf("times are %v", times)
	}
	if timer.RunTimed(out, in, times[1:]) == nil {
		t.Error("too few times are accepted")
	}
}

// A NaN in the input must reach the output, through every kernel.
func TestNaNReachesTheOutput(t *testing.T) {
	_, e, out, in := prepare(t, New(Options{Threads: 1}))
	in[0].Data[777] = float32(math.NaN())
	if err := e.Run(out, in); err != nil {
		t.Fatal(err)
	}
	if !hasNaN(out[0].Data) {
		t.Errorf("output is %v", out[0].Data)
	}
}

func TestUnsupportedSteps(t *testing.T) {
	p, err := network.NewPlan(smallNet(t), network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Steps {
		for _, spoil := range []func(s *network.Step){
			func(s *network.Step) { s.Kernel = "conv_winograd" },
			func(s *network.Step) { s.Op = strangeOp{} },
		} {
			q := *p
			q.Steps = append([]network.Step(nil), p.Steps...)
			spoil(&q.Steps[i])
			_, err := New(Options{}).Prepare(&q)
			if !errors.Is(err, network.ErrUnsupported) || !strings.Contains(err.Error(), q.Steps[i].Name) || !strings.HasPrefix(err.Error(), "cpu: ") {
				t.Errorf("step %d: error is %v", i, err)
			}
		}
	}
}

func TestModelName(t *testing.T) {
	for info, want := range map[string]string{
		"processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nflags: fpu\n":           "Fast CPU @ 3 GHz",
		"processor\t: 0\nFeatures: asimd\n\nModel\t\t: Raspberry Pi 5 Rev 1.0\n": "Raspberry Pi 5 Rev 1.0",
		"": runtime.GOARCH,
	} {
		if got := modelName(info); got != want {
			t.Errorf("modelName(%q) = %q, want %q", info, got, want)
		}
	}
	if d := New(Options{Threads: 1}).Device(); !strings.HasSuffix(d, ", 1 thread") {
		t.Errorf("Device is %q", d)
	}
}
