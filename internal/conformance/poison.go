package conformance

import (
	"fmt"
	"math"
	"time"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// poison fills an executor's arena with NaN, so that whatever is read before it
// is written shows, and the guards with a pattern.
func poison(exec network.Executor, p *network.Plan) error {
	arena, ok := exec.(network.ArenaAccess)
	if !ok {
		return nil
	}
	nan := float32(math.NaN())
	floats := make([]float32, p.ArenaFloats)
	for i := range floats {
		floats[i] = nan
	}
	for _, g := range p.Guards {
		for i := g.Start; i < g.End; i++ {
			floats[i] = guardWord(i)
		}
	}
	if err := arena.WriteArena(floats); err != nil {
		return fmt.Errorf("poisoning the arena: %w", err)
	}
	return nil
}

// guardWord is what stands at float i of the arena if it belongs to a guard. fp16
// holds it.
func guardWord(i int) float32 { return -1024 - float32(i%1000) }

func checkGuards(exec network.Executor, p *network.Plan) error {
	arena, ok := exec.(network.ArenaAccess)
	if !ok || len(p.Guards) == 0 {
		return nil
	}
	floats := make([]float32, p.ArenaFloats)
	if err := arena.ReadArena(floats); err != nil {
		return fmt.Errorf("reading the arena: %w", err)
	}
	for _, g := range p.Guards {
		for i := g.Start; i < g.End; i++ {
			if floats[i] != guardWord(i) {
				return fmt.Errorf("a step wrote %v to float %d of the arena, in guard [%d, %d)", floats[i], i, g.Start, g.End)
			}
		}
	}
	return nil
}

// nanTensors are outputs in which an element left unwritten shows.
func nanTensors(bs []network.Binding) []*tensor.Tensor {
	var ts []*tensor.Tensor
	for _, b := range bs {
		t := tensor.New(b.View.Shape...)
		for i := range t.Data {
			t.Data[i] = float32(math.NaN())
		}
		ts = append(ts, t)
	}
	return ts
}

// firstDifference is the first element that is not the same bits, or -1.
func firstDifference(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

const unset = time.Duration(-1)

func newTimes(n int) []time.Duration {
	ts := make([]time.Duration, n)
	for i := range ts {
		ts[i] = unset
	}
	return ts
}
