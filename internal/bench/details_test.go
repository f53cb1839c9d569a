package bench_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
)

func (l *lab) gpu() *backend {
	b := l.backend("gpu", 10*ms)
	b.stage = network.Stages{Upload: ms, Submit: 2 * ms, Wait: 5 * ms, Readback: ms / 2, Busy: 6 * ms}
	b.layer = 3 * ms
	return b
}

// Sample by sample, the stages add up to the whole.
func TestStagesAddUp(t *testing.T) {
	var l lab
	o := l.options(6)
	o.Layers = true
	s := measure(t, &l, o, l.gpu())[0].Stages
	if s == nil || len(s.Whole.SamplesMS) != 6 {
		t.Fatalf("%+v", s)
	}
	for i, whole := range s.Whole.SamplesMS {
		sum := s.Upload.SamplesMS[i] + s.Submit.SamplesMS[i] + s.Wait.SamplesMS[i] + s.Readback.SamplesMS[i] + s.Rest.SamplesMS[i]
		if math.Abs(sum-whole) > 1e-9 {
			t.Errorf("run %d: %v of %v ms", i, sum, whole)
		}
	}
	if s.Whole.MedianMS != 8.75 || s.Rest.MedianMS != 0.25 || s.Busy == nil || s.Busy.MedianMS != 6 || s.Disjoint != 0 {
		t.Errorf("%+v", s)
	}
}

// The layers, and what they leave of the whole, add up to it.
func TestLayersAddUp(t *testing.T) {
	var l lab
	o := l.options(30)
	o.Layers = true
	noClock := l.gpu()
	noClock.stage.Busy = 0
	for i, r := range measure(t, &l, o, l.gpu(), noClock, cpu.New(cpu.Options{Threads: 1})) {
		s := r.LayerSum
		if s == nil || s.Missing != "" {
			t.Fatalf("%+v", s)
		}
		sum := s.SumMS
		for _, p := range s.Parts {
			sum += p.MS
		}
		if math.Abs(sum-s.WholeMS) > 1e-9 || s.WholeMS != r.Latency.Wall.MedianMS {
			t.Errorf("%+v: %v in all", s, sum)
		}
		for _, layer := range r.Layers {
			if layer.Time == nil || len(layer.Time.SamplesMS) != 30 {
				t.Errorf("%+v", layer)
			}
		}
		want := map[int]string{
			0: "[{upload 1} {readback 0.5} {to the backend's thread and back 0.25} {submitting and waiting around the GPU's work 1} {between layers 0.25} {timing the layers 1}]",
			1: "[{upload 1} {readback 0.5} {to the backend's thread and back 0.25} {between layers 1.25} {timing the layers 1}]",
		}
		if got := fmt.Sprint(s.Parts); i < 2 && got != want[i] {
			t.Errorf("%s\nwant %s", got, want[i])
		}
	}
}

// Runs in which the GPU's clock changes its pace are thrown away, and taken again.
func TestDisjoint(t *testing.T) {
	var l lab
	o := l.options(6)
	o.Layers = true
	b := l.gpu()
	b.fail["RunStages"] = func(call int) error {
		if call == 2 || call == 3 {
			return fmt.Errorf("gpu: %w", network.ErrDisjoint)
		}
		return nil
	}
	b.fail["RunTimed"] = func(call int) error {
		if call < 3 { // three tries of one turn: it is left out
			return network.ErrDisjoint
		}
		return nil
	}
	r := measure(t, &l, o, b)[0]
	if s := r.Stages; s.Disjoint != 2 || len(s.Whole.SamplesMS) != 6 || len(s.Busy.SamplesMS) != 6 {
		t.Errorf("%+v", s)
	}
	if s := r.LayerSum; s.Disjoint != 3 || len(r.Layers[0].Time.SamplesMS) != 5 {
		t.Errorf("%+v, %+v", s, r.Layers[0].Time)
	}
	b.fail["RunTimed"] = func(int) error { return network.ErrDisjoint }
	r = measure(t, &l, o, b)[0]
	if s := r.LayerSum; s == nil || s.Missing != network.ErrDisjoint.Error() || s.SumMS != 0 || r.Layers[0].Time != nil {
		t.Errorf("always: %+v", s)
	}
}

// Backends that can't time their layers say why, and the rest is measured.
func TestNoTimers(t *testing.T) {
	var l lab
	o := l.options(6)
	o.Layers = true
	b := l.gpu()
	calls := 0
	b.fail["RunTimed"] = func(int) error { calls++; return fmt.Errorf("no timers: %w", network.ErrUnsupported) }
	rs := measure(t, &l, o, b, cpu.NewReference())
	if s := rs[0].LayerSum; s == nil || s.Missing == "" || calls != 1 || rs[0].Stages == nil {
		t.Errorf("%+v after %d calls", s, calls)
	}
	if s := rs[1].LayerSum; s == nil || s.Missing == "" || rs[1].Stages != nil || rs[1].Latency.Wall.N != 6 {
		t.Errorf("the reference: %+v", s)
	}
}

type builder struct{ *backend }

func (b builder) TimePrograms(p *network.Plan) (int, time.Duration, time.Duration, error) {
	return len(p.Steps), 80 * ms, 2 * ms, nil
}

func TestPrograms(t *testing.T) {
	var l lab
	s := measure(t, &l, l.options(6), builder{l.gpu()})[0].Start
	if s.Programs != 2 || *s.ProgramsColdMS != 80 || *s.ProgramsCacheMS != 2 {
		t.Errorf("%+v", s)
	}
	if s := measure(t, &l, l.options(6), l.gpu())[0].Start; s != (record.Start{FirstMS: 10, TotalMS: 10}) {
		t.Errorf("%+v", s)
	}
}
