package network

import (
	"fmt"
	"math"
)

// CostModel estimates how long launches take on a device, so that the planner can
// tell whether one launch is better than two. It is data: nothing is measured.
//
//	time = Launch + max(bytes/Bytes, traffic/Cached, multiply-adds/MACs) / busy
//	busy = min(1, work groups at a time / Groups); if they are Shares,
//	       work groups / (Groups × the most that one of Groups has)
//
// The zero CostModel stands for DefaultCost.
type CostModel struct {
	Launch  float64 // nanoseconds that a launch takes whatever it does
	Barrier float64 // nanoseconds more where it waits for those before

	Bytes  float64 // bytes a nanosecond to and from memory, each operand once
	Cached float64 // bytes a nanosecond to and from caches, what several work groups read counted for each
	MACs   float64 // multiply-adds a nanosecond

	Groups int  // work groups at a time that keep the device busy
	Shares bool // they are shared out at once, so that the launch takes as long as who has most
	Shared int  // floats of shared memory that work groups at a time can have between them
	Lanes  int  // invocations of a work group
	Wave   int  // of those, how many run in step: what a wave has too many idle
	Tile   int  // outputs of a pointwise convolution that an invocation computes
	Window int  // outputs of other convolutions, likewise
}

// DefaultCost is a GPU as better boards and phones have them: about a Mali-G610 of
// four cores, a middle Adreno 6xx, or Intel's integrated ones. The figures are
// estimates: a third of what data sheets promise of arithmetic, half of the
// bandwidth, launches as OpenCL users report them. None has been measured.
var DefaultCost = CostModel{
	Launch: 10_000, Barrier: 10_000,
	Bytes: 10, Cached: 60, MACs: 40,
	Groups: 32, Shared: 32 << 10, Lanes: 64, Wave: 16, Tile: 32, Window: 16,
}

func (m CostModel) orDefault() CostModel {
	if m == (CostModel{}) {
		return DefaultCost
	}
	return m
}

// of is the model for elements of so many bytes, in terms of work, which counts
// elements of four.
func (m CostModel) of(element int) CostModel {
	m.Bytes *= 4 / float64(element)
	m.Cached *= 4 / float64(element)
	return m
}

// check sees that times can be computed by the model.
func (m CostModel) check() error {
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 0) }
	switch least := min(m.Groups, m.Lanes, m.Wave, m.Tile/4, m.Window/4); {
	case !(m.Launch >= 0 && m.Barrier >= 0) || math.IsInf(m.Launch+m.Barrier, 0):
		return fmt.Errorf("network: cost model: %v nanoseconds for a launch, %v for a barrier: %w", m.Launch, m.Barrier, ErrUnsupported)
	case !positive(m.Bytes) || !positive(m.Cached) || !positive(m.MACs):
		return fmt.Errorf("network: cost model: %v bytes, %v cached and %v multiply-adds a nanosecond: each must be above 0: %w", m.Bytes, m.Cached, m.MACs, ErrUnsupported)
	case least < 1 || max(m.Groups, m.Lanes, m.Wave, m.Tile, m.Window) > maxWindow || m.Shared < 0:
		return fmt.Errorf("network: cost model: %d work groups of %d invocations, %d in step, with %d or %d outputs each: at least 1, and 4 outputs: %w", m.Groups, m.Lanes, m.Wave, m.Tile, m.Window, ErrUnsupported)
	}
	return nil
}

// work is what a launch's time depends on.
type work struct {
	bytes   float64 // each operand once
	traffic float64 // bytes that all work groups read and write together, from caches too
	macs    float64 // with those of idle lanes, and what several work groups compute
	groups  float64 // work groups; of plain kernels not a whole number
	shared  int     // floats of shared memory that a work group takes
}

// plus is the work of both at a time.
func (w work) plus(o work) work {
	return work{w.bytes + o.bytes, w.traffic + o.traffic, w.macs + o.macs, w.groups + o.groups, max(w.shared, o.shared)}
}

// time is how long a launch takes, in nanoseconds, without a barrier.
func (m *CostModel) time(w work) float64 { return m.Launch + m.busy(w) }

// busy is how long the device works at it.
func (m *CostModel) busy(w work) float64 {
	together := w.groups
	if m.Shares {
		together /= max(1, math.Ceil(w.groups/float64(m.Groups)))
	} else if w.shared > 0 {
		together = min(together, float64(max(1, m.Shared/w.shared)))
	}
	return max(w.bytes/m.Bytes, w.traffic/m.Cached, w.macs/m.MACs) / min(1, together/float64(m.Groups))
}

// inWaves rounds invocations up to whole waves.
func (m *CostModel) inWaves(n int) float64 { return float64(align(n, m.Wave)) }

// loads is what multiply-adds cost more where an invocation computes fewer output
// channels than it could: a load of pixels costs about as much as four of them.
func loads(channels, tile int) float64 {
	n := min(float64(tile), float64(align(channels, 4)))
	return (1 + 4/n) / (1 + 4/float64(tile))
}
