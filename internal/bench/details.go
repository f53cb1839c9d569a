package bench

import (
	"context"
	"errors"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// details are where the time of a run goes: stages of runs, and layers of others.
type details struct {
	whole, upload, submit, wait, readback, rest, busy []float64
	around                                            []float64   // submitting and waiting, but for the GPU's work
	layers                                            [][]float64 // of each step
	spoiltStages, spoiltLayers                        int         // runs whose GPU times are of no use
	noStages, noLayers                                error       // why the backend can't tell
}

// detailRuns is how many runs of each kind are taken at most, and tries how often
// one is tried when the GPU's clock changes its pace.
const (
	detailRuns = 15
	tries      = 3
)

var (
	errNoStages = errors.New("the backend does not tell its stages")
	errNoLayers = errors.New("the backend does not time its layers")
)

// timeDetails takes stages and layers of runs of their own, as looking costs time.
func (m *measurement) timeDetails(ctx context.Context, progress func(float64)) error {
	for _, c := range m.contenders {
		c.details.layers = make([][]float64, len(c.session.Plan.Steps))
	}
	if !m.Layers {
		return nil
	}
	n := min(m.Runs, detailRuns)
	for round := range n {
		progress(float64(round) / float64(n))
		err := m.turns(ctx, 2*len(m.contenders), func(i int) error {
			c := m.contenders[i/2]
			look := m.lookAtStages
			if i%2 == 1 {
				look = m.lookAtLayers
			}
			for range tries {
				again, err := look(c)
				if err != nil || !again {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *measurement) lookAtStages(c *contender) (again bool, err error) {
	d := &c.details
	if d.noStages != nil {
		return false, nil
	}
	var s network.Stages
	wall, _, _, err := m.run(c, func(out, in []*tensor.Tensor) error {
		return c.session.Executor(func(x network.Executor) error {
			t, ok := x.(network.StageTimer)
			if !ok {
				return errNoStages
			}
			return t.RunStages(out, in, &s)
		})
	})
	switch {
	case errors.Is(err, network.ErrDisjoint):
		d.spoiltStages++
		return true, nil
	case errors.Is(err, errNoStages), errors.Is(err, network.ErrUnsupported):
		d.noStages = err
		return false, nil
	case err != nil:
		return false, err
	}
	d.add(wall, s)
	return false, nil
}

// add notes the stages of a run. What they leave of the whole is the way to the
// backend's thread and back.
func (d *details) add(whole time.Duration, s network.Stages) {
	ms := record.Milliseconds
	d.whole = append(d.whole, ms(whole))
	d.upload = append(d.upload, ms(s.Upload))
	d.submit = append(d.submit, ms(s.Submit))
	d.wait = append(d.wait, ms(s.Wait))
	d.readback = append(d.readback, ms(s.Readback))
	d.rest = append(d.rest, ms(whole-s.Upload-s.Submit-s.Wait-s.Readback))
	if s.Busy > 0 {
		d.busy = append(d.busy, ms(s.Busy))
		d.around = append(d.around, ms(s.Submit+s.Wait-s.Busy))
	}
}

func (m *measurement) lookAtLayers(c *contender) (again bool, err error) {
	d := &c.details
	if d.noLayers != nil {
		return false, nil
	}
	times := make([]time.Duration, len(d.layers))
	_, _, _, err = m.run(c, func(out, in []*tensor.Tensor) error {
		return c.session.Executor(func(x network.Executor) error {
			t, ok := x.(network.StepTimer)
			if !ok {
				return errNoLayers
			}
			return t.RunTimed(out, in, times)
		})
	})
	switch {
	case errors.Is(err, network.ErrDisjoint):
		d.spoiltLayers++
		return true, nil
	case errors.Is(err, errNoLayers), errors.Is(err, network.ErrUnsupported):
		d.noLayers = err
		return false, nil
	case err != nil:
		return false, err
	}
	for i, t := range times {
		d.layers[i] = append(d.layers[i], record.Milliseconds(t))
	}
	return false, nil
}

// stages sums up the stages; nil if there are none.
func (d *details) stages() *record.Stages {
	if len(d.whole) == 0 {
		return nil
	}
	s := &record.Stages{
		Whole: record.NewTiming(d.whole), Upload: record.NewTiming(d.upload), Submit: record.NewTiming(d.submit),
		Wait: record.NewTiming(d.wait), Readback: record.NewTiming(d.readback), Rest: record.NewTiming(d.rest),
		Disjoint: d.spoiltStages,
	}
	if len(d.busy) == len(d.whole) {
		t := record.NewTiming(d.busy)
		s.Busy = &t
	}
	return s
}

// sum holds the layers against the latency and names the difference. Layers,
// stages and latency are of different runs, and timing each launch costs: that is
// what the last part is of.
func (d *details) sum(latencyMS float64, layers []record.Layer) *record.LayerSum {
	s := &record.LayerSum{WholeMS: latencyMS, Disjoint: d.spoiltLayers}
	switch {
	case d.noLayers != nil:
		s.Missing = d.noLayers.Error()
	case len(layers) == 0 || layers[0].Time == nil:
		if d.spoiltLayers == 0 {
			return nil // nobody looked
		}
		s.Missing = network.ErrDisjoint.Error()
	}
	if s.Missing != "" {
		return s
	}
	for _, l := range layers {
		s.SumMS += l.Time.MedianMS
	}
	left := s.WholeMS - s.SumMS
	part := func(name string, ms float64) {
		s.Parts = append(s.Parts, record.Part{Name: name, MS: ms})
		left -= ms
	}
	if st := d.stages(); st != nil {
		part("upload", st.Upload.MedianMS)
		part("readback", st.Readback.MedianMS)
		part("to the backend's thread and back", st.Rest.MedianMS)
		if st.Busy != nil {
			part("submitting and waiting around the GPU's work", record.NewTiming(d.around).MedianMS)
			part("between launches, less what timing them costs", st.Busy.MedianMS-s.SumMS)
		} else {
			part("between layers", st.Submit.MedianMS+st.Wait.MedianMS-s.SumMS)
		}
	}
	part("other runs, other times", left)
	return s
}
