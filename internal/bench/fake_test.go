package bench_test

import (
	"math"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// lab is a world in which only runs take time.
type lab struct {
	now   time.Time
	cpu   time.Duration // of the process
	order string        // of runs, by the first letter of who ran
	seen  []float32     // the first pixel of each run
}

func (l *lab) clock() time.Time { return l.now }

func (l *lab) cpuTime() (time.Duration, bool) { return l.cpu, true }

func (l *lab) pass(wall, cpu time.Duration) { l.now, l.cpu = l.now.Add(wall), l.cpu+cpu }

// backend computes as the reference does, and takes as long as it is told.
type backend struct {
	network.Backend
	lab   *lab
	name  string
	took  func(run int) time.Duration // of run 0, 1, ...
	share float64                     // of the time that the process's CPU works
	stage network.Stages
	layer time.Duration // of each
	fail  map[string]func(call int) error
	spoil func(out *tensor.Tensor)
}

func (b *backend) Name() string { return b.name }

func (b *backend) Prepare(p *network.Plan) (network.Executor, error) {
	x, err := b.Backend.Prepare(p)
	return &executor{Executor: x, b: b, calls: map[string]int{}}, err
}

type executor struct {
	network.Executor
	b     *backend
	runs  int
	calls map[string]int
}

func (x *executor) call(name string) error {
	n := x.calls[name]
	x.calls[name]++
	if f := x.b.fail[name]; f != nil {
		return f(n)
	}
	return nil
}

func (x *executor) Run(out, in []*tensor.Tensor) error {
	took := x.b.took(x.runs)
	x.runs++
	x.b.lab.pass(took, time.Duration(x.b.share*float64(took)))
	x.b.lab.order += x.b.name[:1]
	x.b.lab.seen = append(x.b.lab.seen, in[0].Data[0])
	if err := x.call("Run"); err != nil {
		return err
	}
	err := x.Executor.Run(out, in)
	if x.b.spoil != nil {
		x.b.spoil(out[0])
	}
	return err
}

func (x *executor) RunStages(out, in []*tensor.Tensor, s *network.Stages) error {
	*s = x.b.stage
	x.b.lab.pass(s.Upload+s.Submit+s.Wait+s.Readback+time.Millisecond/4, 0)
	if err := x.call("RunStages"); err != nil {
		s.Busy = 0
		return err
	}
	return x.Executor.Run(out, in)
}

func (x *executor) RunTimed(out, in []*tensor.Tensor, times []time.Duration) error {
	for i := range times {
		times[i] = x.b.layer
	}
	x.b.lab.pass(time.Duration(len(times))*x.b.layer+3*ms, 0)
	if err := x.call("RunTimed"); err != nil {
		return err
	}
	return x.Executor.Run(out, in)
}

func (l *lab) backend(name string, took time.Duration) *backend {
	return &backend{Backend: cpu.NewReference(), lab: l, name: name, took: func(int) time.Duration { return took }, share: 0.5,
		fail: map[string]func(int) error{}}
}

// pointwise is a network of two layers, which takes no time to compute.
func pointwise(t testing.TB) *network.Graph {
	t.Helper()
	b := network.NewBuilder("pointwise")
	w := tensor.New(3, 3, 1, 1)
	for i := range w.Data {
		w.Data[i] = float32(math.Sin(float64(i)))
	}
	x := b.Input("x", 2, 3, 4, 5)
	x = b.Apply("stem.conv", network.Conv{Window: network.Square(1, 1, 0)}, x, b.Const("w", w))
	g, err := b.Build(b.Apply("head.pool", network.GlobalPool{Reduce: network.Average}, x))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// ring makes n sets of inputs, whose first pixels are 0, 1, 2, ...
func ring(n int) [][]*tensor.Tensor {
	var sets [][]*tensor.Tensor
	for i := range n {
		x := tensor.New(2, 3, 4, 5)
		for j := range x.Data {
			x.Data[j] = float32(math.Cos(float64(i*100 + j)))
		}
		x.Data[0] = float32(i)
		sets = append(sets, []*tensor.Tensor{x})
	}
	return sets
}
