package bench

import (
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
	timed                                             []float64   // runs whose layers were timed
	layers                                            [][]float64 // of each step
	spoiltStages, spoiltLayers                        int         // runs whose GPU times are of no use
	noStages, noLayers                                error       // why the backend can't tell
}

// lookRounds is how many rounds look at stages and layers, at the most, and tries
// how often a run is tried when the GPU's clock changes its pace.
const (
	lookRounds = 50
	tries      = 3
)

var (
	errNoStages = errors.New("the backend does not tell its stages")
	errNoLayers = errors.New("the backend does not time its layers")
)

func (m *measurement) lookAtStages(c *contender) error {
	d := &c.details
	if d.noStages != nil {
		return nil
	}
	var s network.Stages
	wall, ok, err := m.look(c, &d.spoiltStages, &d.noStages, func(x network.Executor, out, in []*tensor.Tensor) error {
		t, ok := x.(network.StageTimer)
		if !ok {
			return errNoStages
		}
		return t.RunStages(out, in, &s)
	})
	if err != nil || !ok {
		return err
	}
	ms := record.Milliseconds
	d.whole = append(d.whole, ms(wall))
	d.upload = append(d.upload, ms(s.Upload))
	d.submit = append(d.submit, ms(s.Submit))
	d.wait = append(d.wait, ms(s.Wait))
	d.readback = append(d.readback, ms(s.Readback))
	// What is left of the whole is the way to the backend's thread and back.
	d.rest = append(d.rest, ms(wall-s.Upload-s.Submit-s.Wait-s.Readback))
	if s.Busy > 0 {
		d.busy = append(d.busy, ms(s.Busy))
		d.around = append(d.around, ms(s.Submit+s.Wait-s.Busy))
	}
	return nil
}

func (m *measurement) lookAtLayers(c *contender) error {
	d := &c.details
	if d.noLayers != nil {
		return nil
	}
	times := make([]time.Duration, len(c.session.Plan.Steps))
	wall, ok, err := m.look(c, &d.spoiltLayers, &d.noLayers, func(x network.Executor, out, in []*tensor.Tensor) error {
		t, ok := x.(network.StepTimer)
		if !ok {
			return errNoLayers
		}
		return t.RunTimed(out, in, times)
	})
	if err != nil || !ok {
		return err
	}
	if d.layers == nil {
		d.layers = make([][]float64, len(times))
	}
	d.timed = append(d.timed, record.Milliseconds(wall))
	for i, t := range times {
		d.layers[i] = append(d.layers[i], record.Milliseconds(t))
	}
	return nil
}

// look times a run that tells more than its outputs. One whose GPU times are of no
// use is tried again; it is not ok if none is of use, or the backend cannot.
func (m *measurement) look(c *contender, spoilt *int, cannot *error, run func(x network.Executor, out, in []*tensor.Tensor) error) (wall time.Duration, ok bool, err error) {
	for range tries {
		wall, _, _, err = m.run(c, func(out, in []*tensor.Tensor) error {
			return c.session.Executor(func(x network.Executor) error { return run(x, out, in) })
		})
		switch {
		case errors.Is(err, network.ErrDisjoint):
			*spoilt++
		case errors.Is(err, errNoStages), errors.Is(err, errNoLayers), errors.Is(err, network.ErrUnsupported):
			*cannot = err
			return 0, false, nil
		default:
			return wall, err == nil, err
		}
	}
	return 0, false, nil
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

// sum holds the layers against the latency of the same rounds and names the
// difference.
func (d *details) sum(latencyMS float64, layers []record.Layer) *record.LayerSum {
	s := &record.LayerSum{WholeMS: latencyMS, Disjoint: d.spoiltLayers}
	switch {
	case d.noLayers != nil:
		s.Missing = d.noLayers.Error()
		return s
	case len(d.timed) == 0 && d.spoiltLayers > 0:
		s.Missing = network.ErrDisjoint.Error()
		return s
	case len(d.timed) == 0:
		return nil // nobody looked
	}
	for _, l := range layers {
		s.SumMS += l.Time.MedianMS
	}
	timed := record.NewTiming(d.timed).MedianMS
	between := timed - s.SumMS
	part := func(name string, ms float64) {
		s.Parts = append(s.Parts, record.Part{Name: name, MS: ms})
		between -= ms
	}
	if st := d.stages(); st != nil {
		part("upload", st.Upload.MedianMS)
		part("readback", st.Readback.MedianMS)
		part("to the backend's thread and back", st.Rest.MedianMS)
		if st.Busy != nil {
			part("submitting and waiting around the GPU's work", record.NewTiming(d.around).MedianMS)
		}
	}
	part("between layers", between)
	part("timing the layers", latencyMS-timed) // negative: the latency is without
	return s
}
