package main

import (
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// What a launch does beside has a line of its own, without a number.
func TestVerifyShowsWhatIsDoneBeside(t *testing.T) {
	g, err := zoo.Build(tiny, zoo.Options{Height: 64, Width: 64})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, gpu.PlanOptions())
	if err != nil {
		t.Fatal(err)
	}
	s, err := network.CompilePlan(cpu.NewReference(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := []*tensor.Tensor{tensor.New(1, 3, 64, 64)}
	want, err := cpu.Evaluate(g, in)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := traceLayers(s, in, want)
	if err != nil {
		t.Fatal(err)
	}
	beside, numbers := 0, 0
	for _, l := range layers {
		if l.number != "" {
			numbers++
			continue
		}
		if beside++; l.kernel != network.PoolWindow || l.value != p.Steps[numbers-1].Beside.Name {
			t.Errorf("%+v behind launch %d", l, numbers-1)
		}
	}
	if beside != 3 || numbers != len(p.Steps) {
		t.Errorf("%d lines without a number and %d with one, for %d launches:\n%v", beside, numbers, len(p.Steps), p)
	}
}
