package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/tensor"
)

// pair is a file that both engines have loaded, with so many threads.
type pair struct {
	name    string
	threads int
	session *network.Session
	in, out []*tensor.Tensor
	other   *ort
	loaded  string // what the other knows it by
	runs    int    // of a turn
	a, b    timings
}

// newPair loads a file and runs it for a while, until it is known how many runs a turn should have, and that
// both compute the same.
func newPair(other *ort, file string, threads int) (*pair, error) {
	g, err := onnx.Load(file, onnx.Options{})
	if err != nil {
		return nil, err
	}
	p := &pair{name: strings.TrimSuffix(filepath.Base(file), ".onnx"), threads: threads, other: other, runs: fewestRuns}
	if p.session, err = network.Compile(cpu.New(cpu.Options{Threads: threads}), g); err != nil {
		return nil, err
	}
	if err := p.load(file); err != nil {
		p.session.Close()
		return nil, err
	}
	return p, nil
}

func (p *pair) load(file string) error {
	in := tensor.New(p.session.Plan.Inputs[0].View.Shape...)
	for i := range in.Data {
		in.Data[i] = float32(i%255)/128 - 1
	}
	p.in, p.out = []*tensor.Tensor{in}, p.session.NewOutputs()
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	var dims []string
	for _, d := range in.Shape {
		dims = append(dims, strconv.Itoa(d))
	}
	if p.loaded, err = p.other.ask("load %d %s %s", p.threads, strings.Join(dims, "x"), absolute); err != nil {
		return err
	}
	for range 2 {
		theirs, output, ours, err := p.take()
		if err != nil {
			return err
		}
		if err := same(p.out[0].Data, output); err != nil {
			return err
		}
		p.runs = enough(ours, theirs)
	}
	return nil
}

func (p *pair) close() {
	p.session.Close()
	p.other.ask("release %s", p.loaded) // if it has ended, that has been said
}

// turn is a turn of each engine.
func (p *pair) turn() error {
	theirs, _, ours, err := p.take()
	if err != nil {
		return err
	}
	p.a.add(ours)
	p.b.add(theirs)
	return nil
}

// take gives a turn's times. Whoever comes first has caches that the other has filled, so its first
// run does not count. And its threads look out for work for a while, as ours do: hence the pauses.
func (p *pair) take() (theirs, output, ours []float64, err error) {
	const quiet = 30 * time.Millisecond
	time.Sleep(quiet)
	if theirs, output, err = p.other.run(p.loaded, p.runs+1); err != nil {
		return nil, nil, nil, err
	}
	time.Sleep(quiet)
	for range p.runs + 1 {
		start := time.Now()
		if err := p.session.RunInto(p.out, p.in); err != nil {
			return nil, nil, nil, err
		}
		ours = append(ours, float64(time.Since(start).Nanoseconds())/1e6)
	}
	return theirs[1:], output, ours[1:], nil
}

func (p *pair) row() row {
	p.a.sort()
	p.b.sort()
	r := row{model: p.name, threads: p.threads, ours: p.a, theirs: p.b}
	for _, s := range p.session.Plan.Steps {
		r.macs += s.MACs
	}
	return r
}

// same fails unless the outputs agree, to a part in ten thousand of the largest.
func same(ours []float32, theirs []float64) error {
	if len(ours) != len(theirs) {
		return fmt.Errorf("there are %d outputs, ONNX Runtime's are %d", len(ours), len(theirs))
	}
	most := 0.0
	for _, v := range theirs {
		most = max(most, math.Abs(v))
	}
	for i, v := range theirs {
		if !(math.Abs(float64(ours[i])-v) <= 1e-4*most) {
			return fmt.Errorf("output %d is %v, ONNX Runtime's %v", i, ours[i], v)
		}
	}
	return nil
}
