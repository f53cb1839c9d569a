package gpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// A matrix larger than a block of storage is shared out among launches, and the
// step is still one.
func TestLargeMatrix(t *testing.T) {
	d, err := Open(Options{NoCache: true, NoSelfTest: true, Limits: &Limits{StorageBlockSize: 40000}})
	if err != nil {
		t.Skip(err)
	}
	defer d.Close()
	b := network.NewBuilder("large")
	x := b.Input("x", 2, 300)
	y := b.Apply("fc", network.FullyConnected{}, x, b.Const("w", ramp(31, 50, 300)), b.Const("b", ramp(5, 50)))
	g, err := b.Build(b.Apply("relu", network.Activate{Fn: network.ReLU()}, y))
	if err != nil {
		t.Fatal(err)
	}
	in := ramp(13, 2, 300)
	want, err := cpu.Evaluate(g, []*tensor.Tensor{in})
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.Compile(d, g)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := tensor.MaxDiff(got[0], want["relu"]); diff.Rel > 1e-5 {
		t.Error(diff)
	}
	s.Executor(func(e network.Executor) error {
		if n := len(e.(*executor).launches); n != 2 || len(s.Plan.Steps) != 1 {
			t.Errorf("%d launches for %d steps", n, len(s.Plan.Steps))
		}
		return nil
	})
}

// ramp is a tensor of a pattern of so many numbers, all exact in fp16.
func ramp(span int, shape ...int) *tensor.Tensor {
	x := tensor.New(shape...)
	for i := range x.Data {
		x.Data[i] = float32(i*7%span-span/2) / 8
	}
	return x
}
