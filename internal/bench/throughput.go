package bench

import (
	"context"
	"math"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
)

// A throughput sample is of a block of frames, which is long enough to time, and
// has each slot used at least twice.
const (
	blocks    = 10
	blockTime = 50 * time.Millisecond
	blockMost = 64
)

// timeThroughput keeps frames in flight, block by block and in turns.
func (m *measurement) timeThroughput(ctx context.Context, progress func(float64)) error {
	if m.InFlight < 1 {
		return nil
	}
	frames := make([][]*network.Frame, len(m.contenders))
	for i, c := range m.contenders {
		for range m.InFlight {
			frames[i] = append(frames[i], c.session.NewFrame())
		}
		c.block = blockMost
		if ms := record.Summarise(c.latency.wall).MedianMS; ms > 0 {
			c.block = int(min(math.Ceil(record.Milliseconds(blockTime)/ms), blockMost))
		}
		c.block = max(c.block, 2*m.InFlight)
	}
	n := min(blocks, max(m.Runs, 1))
	for block := range n {
		progress(float64(block) / float64(n))
		m.timePace()
		err := m.turns(ctx, len(m.contenders), func(i int) error { return m.timeBlock(m.contenders[i], frames[i]) })
		if err != nil {
			return err
		}
	}
	return nil
}

// timeBlock fills the slots, and from the first frame's end on takes the time
// until so many more have ended: all slots are busy all that time.
func (m *measurement) timeBlock(c *contender, frames []*network.Frame) error {
	ring, next := m.network.Ring, m.round
	submit := func(f *network.Frame) error {
		next++
		return c.session.Submit(f, ring[next%len(ring)]...)
	}
	wait := func(f *network.Frame) error {
		_, err := f.Wait()
		return err
	}
	n := len(frames)
	for _, f := range frames {
		if err := submit(f); err != nil {
			return m.failed(c, err)
		}
	}
	if err := wait(frames[0]); err != nil {
		return m.failed(c, err)
	}
	before, known := m.CPUTime()
	start := m.Clock()
	for j := range c.block {
		if err := submit(frames[j%n]); err != nil {
			return m.failed(c, err)
		}
		if err := wait(frames[(j+1)%n]); err != nil {
			return m.failed(c, err)
		}
	}
	wall := m.Clock().Sub(start)
	after, _ := m.CPUTime()
	block := time.Duration(c.block)
	c.throughput.add(wall/block, (after-before)/block, known)
	for _, f := range frames {
		if err := wait(f); err != nil {
			return m.failed(c, err)
		}
	}
	return nil
}
