package bench_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// clock is a clock that only the runs move.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func TestInterleave(t *testing.T) {
	measure := func(seed uint64) (order string, samples [][]time.Duration, progress []int) {
		var c clock
		contender := func(name string, took time.Duration) bench.Contender {
			n := time.Duration(0)
			return bench.Contender{Name: name, Run: func() error {
				order += name
				c.Time = c.Add(took + n*time.Microsecond)
				n++
				return nil
			}}
		}
		samples, err := bench.Interleave([]bench.Contender{
			contender("a", time.Millisecond), contender("b", time.Second), contender("c", 0),
		}, bench.Options{Warmup: 2, Runs: 5, Seed: seed, Clock: c.now, Progress: func(_ string, done, total int) {
			if total != 21 {
				t.Errorf("%d runs in all, want 21", total)
			}
			progress = append(progress, done)
		}})
		if err != nil {
			t.Fatal(err)
		}
		return order, samples, progress
	}
	order, samples, progress := measure(1)
	for i := 0; i < len(order); i += 3 {
		round := []byte(order[i : i+3])
		slices.Sort(round)
		if string(round) != "abc" {
			t.Errorf("round %d of %s: each must run once a round", i/3, order)
		}
	}
	if order == strings.Repeat(order[:3], 7) {
		t.Error("the order is the same in each round")
	}
	if again, _, _ := measure(1); again != order {
		t.Error("the same seed gives another order")
	}
	if other, _, _ := measure(2); other == order {
		t.Error("another seed gives the same order")
	}
	// The warm-up runs, the first two of each, do not count.
	us := time.Microsecond
	want := [][]time.Duration{
		{1002 * us, 1003 * us, 1004 * us, 1005 * us, 1006 * us},
		{1000002 * us, 1000003 * us, 1000004 * us, 1000005 * us, 1000006 * us},
		{2 * us, 3 * us, 4 * us, 5 * us, 6 * us},
	}
	if !reflect.DeepEqual(samples, want) {
		t.Errorf("samples %v, want %v", samples, want)
	}
	if !slices.IsSorted(progress) || progress[len(progress)-1] != 21 {
		t.Errorf("progress %v", progress)
	}
}

func TestInterleaveFails(t *testing.T) {
	broken := errors.New("broken")
	_, err := bench.Interleave([]bench.Contender{{Name: "x on y", Run: func() error { return broken }}}, bench.Options{Runs: 3})
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "x on y: ") {
		t.Error(err)
	}
}

func TestCompare(t *testing.T) {
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Height: 32, Width: 48, Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	in := tensor.New(g.Inputs[0].Shape...)
	for i := range in.Data {
		in.Data[i] = float32(math.Sin(float64(i) * float64(i)))
	}
	var stages []string
	rs, err := bench.Compare(bench.Network{Graph: g, Inputs: []*tensor.Tensor{in}, Pixels: "waves"}, cpu.NewReference(),
		[]bench.Entry{{Backend: cpu.NewReference(), Threads: 1}, {Backend: cpu.New(cpu.Options{Threads: 2}), Threads: 2}, {Backend: wrong{cpu.NewReference()}}},
		bench.Options{Warmup: 1, Runs: 3, Progress: func(stage string, _, _ int) { stages = append(stages, stage) }})
	if err != nil {
		t.Fatal(err)
	}
	ref, fast, bad := rs[0], rs[1], rs[2]
	if ref.MaxRelErr != 0 || ref.MaxRelDiffCPU == nil {
		t.Errorf("reference: %+v", ref)
	}
	if fast.MaxRelErr <= 0 || fast.MaxRelErr > 1e-5 || fast.MaxRelDiffCPU != nil || fast.Threads != 2 {
		t.Errorf("fast: %+v", fast)
	}
	if !math.IsInf(float64(bad.MaxRelErr), 1) {
		t.Errorf("a backend that computes NaN has error %v", bad.MaxRelErr)
	}
	if fast.Batch != 2 || !slices.Equal(fast.InputShape, []int{2, 3, 32, 48}) || fast.Input != "waves" || fast.MACs == 0 || fast.Launches == 0 || fast.Precision != "fp32" {
		t.Errorf("%+v", fast)
	}
	if len(fast.SamplesMS) != 3 || fast.Runs != 3 || fast.MinMS > fast.MedianMS || fast.MedianMS > fast.P90MS {
		t.Errorf("%+v", fast)
	}
	if !slices.Contains(stages, "reference") || !slices.Contains(stages, "timing") {
		t.Errorf("stages %v", stages)
	}
}

// wrong computes NaN.
type wrong struct{ network.Backend }

func (w wrong) Prepare(p *network.Plan) (network.Executor, error) {
	x, err := w.Backend.Prepare(p)
	return wrongExecutor{x}, err
}

type wrongExecutor struct{ network.Executor }

func (w wrongExecutor) Run(out, in []*tensor.Tensor) error {
	err := w.Executor.Run(out, in)
	out[0].Data[7] = float32(math.NaN())
	return err
}

func TestNumberJSON(t *testing.T) {
	for _, c := range []struct {
		n    float64
		want string
	}{{0, "0"}, {1.5e-7, "1.5e-7"}, {math.NaN(), "null"}, {math.Inf(1), "null"}} {
		b, err := json.Marshal(bench.Number(c.n))
		if err != nil || string(b) != c.want {
			t.Errorf("%v: %s, %v", c.n, b, err)
		}
		var back bench.Number
		if err := json.Unmarshal(b, &back); err != nil || (c.want == "null") != math.IsNaN(float64(back)) {
			t.Errorf("%s reads as %v, %v", b, back, err)
		}
	}
}

// Picture has about the colours and contrast of a photo, and all of it differs.
func TestPicture(t *testing.T) {
	img := bench.Picture(160, 120)
	p, err := tensor.Preset("imagenet")
	if err != nil {
		t.Fatal(err)
	}
	in, err := p.Apply(img)
	if err != nil {
		t.Fatal(err)
	}
	var sum, square float64
	for _, x := range in.Data {
		sum, square = sum+float64(x), square+float64(x)*float64(x)
	}
	n := float64(len(in.Data))
	mean, deviation := sum/n, math.Sqrt(square/n-sum*sum/n/n)
	if math.Abs(mean) > 1.2 || deviation < 0.4 || deviation > 2 {
		t.Errorf("normalised: mean %.2f, deviation %.2f; a photo has about 0 and 1", mean, deviation)
	}
	if a, b := bench.Picture(64, 64), bench.Picture(64, 64); !reflect.DeepEqual(a, b) {
		t.Error("two pictures differ")
	}
}
