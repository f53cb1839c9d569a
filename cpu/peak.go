package cpu

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/internal/peak"
)

// ErrPeak says that a probe's results are not what they must be.
var ErrPeak = errors.New("cpu: wrong results")

// What memory is measured on: about what a small network's maps take, which caches
// hold, and more than most caches hold.
const (
	smallSet = 1 << 20
	largeSet = 128 << 20
)

// Probes are what package peak measures of the processor with so many threads and,
// if those are several, with one; 0 means GOMAXPROCS. Every set of instructions that
// the machine has is measured, and Go without assembly.
func Probes(threads int, now func() time.Time) []peak.Probe {
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	counts := []int{1, threads}
	if threads == 1 {
		counts = counts[:1]
	}
	var all []peak.Probe
	for _, l := range simd.Levels() {
		for _, n := range counts {
			all = append(all, peak.Probe{Limit: peak.MultiplyAdd, Variant: "fp32, " + l.String(), Unit: peak.GMACs, Threads: n,
				Ways: []peak.Way{crewOf(now, n, 0, multiplyAdds(l))}})
		}
	}
	for _, m := range []struct {
		limit string
		work  task
	}{{peak.Read, reading}, {peak.Write, writing}, {peak.Copy, copying}} {
		for _, size := range []int{smallSet, largeSet} {
			for _, n := range counts {
				if size/n < pageBytes {
					continue // nothing is left for each
				}
				all = append(all, peak.Probe{Limit: m.limit, Variant: fmt.Sprintf("%d MiB", size>>20), Unit: peak.GBs, Threads: n, Bytes: int64(size),
					Ways: []peak.Way{crewOf(now, n, size, m.work)}})
			}
		}
	}
	return all
}

// task is what each thread does over and over.
type task struct {
	before func(m *mate) // may be nil; not timed
	do     func(m *mate, n int) (work float64, err error)
	check  func(m *mate) error // may be nil; not timed
}

// mate is one of the threads, and its part of the memory.
type mate struct {
	from, to []byte
	work     float64
	err      error
}

// crew is a peak.Runner: threads that do the same at the same time.
type crew struct {
	now   func() time.Time
	task  task
	mates []mate
}

const pageBytes = 4096

func crewOf(now func() time.Time, threads, size int, t task) peak.Way {
	return peak.Way{Open: func() (peak.Runner, error) {
		c := &crew{now, t, make([]mate, threads)}
		part := size / threads / pageBytes * pageBytes
		for i := range c.mates {
			// Pages that were never written are all the same one.
			c.mates[i] = mate{from: bytes.Repeat([]byte{2}, part), to: bytes.Repeat([]byte{3}, part)}
		}
		return c, nil
	}}
}

func (c *crew) Run(n int) (work float64, took time.Duration, err error) {
	if c.task.before != nil {
		for i := range c.mates {
			c.task.before(&c.mates[i])
		}
	}
	var others sync.WaitGroup
	start := c.now()
	for i := range c.mates[1:] {
		others.Go(func() { c.mates[1+i].run(&c.task, n) })
	}
	c.mates[0].run(&c.task, n)
	others.Wait()
	took = c.now().Sub(start)
	for i := range c.mates {
		m := &c.mates[i]
		if m.err == nil && c.task.check != nil {
			m.err = c.task.check(m)
		}
		if m.err != nil {
			return 0, 0, fmt.Errorf("%w: %w", ErrPeak, m.err)
		}
		work += m.work
	}
	return work, took, nil
}

func (c *crew) Close() error {
	c.mates = nil
	return nil
}

func (m *mate) run(t *task, n int) { m.work, m.err = t.do(m, n) }

func multiplyAdds(l simd.Level) task {
	return task{do: func(_ *mate, n int) (float64, error) {
		macs := 0
		for range n {
			k, err := l.MultiplyAdds(20000)
			if err != nil {
				return 0, err
			}
			macs += k
		}
		return float64(macs), nil
	}}
}

// reading looks for a byte that only the last one is: the standard library does that
// with wide registers, as fast as memory gives.
var reading = task{
	before: func(m *mate) { m.from[len(m.from)-1] = 1 },
	do: func(m *mate, n int) (float64, error) {
		for range n {
			if i := bytes.IndexByte(m.from, 1); i != len(m.from)-1 {
				return 0, fmt.Errorf("the last of %d bytes is found at %d", len(m.from), i)
			}
		}
		return float64(n) * float64(len(m.from)), nil
	},
}

var writing = task{
	before: func(m *mate) { eachPage(m, func(i int) bool { m.to[i] = 3; return true }) },
	do: func(m *mate, n int) (float64, error) {
		for range n {
			clear(m.to)
		}
		return float64(n) * float64(len(m.to)), nil
	},
	check: func(m *mate) error { return eachPage(m, func(i int) bool { return m.to[i] == 0 }) },
}

var copying = task{
	before: func(m *mate) { eachPage(m, func(i int) bool { m.from[i]++; return true }) },
	do: func(m *mate, n int) (float64, error) {
		for range n {
			copy(m.to, m.from)
		}
		return 2 * float64(n) * float64(len(m.to)), nil
	},
	check: func(m *mate) error { return eachPage(m, func(i int) bool { return m.to[i] == m.from[i] }) },
}

// eachPage looks at one byte of each page.
func eachPage(m *mate, right func(i int) bool) error {
	for i := 0; i < len(m.to); i += pageBytes {
		if !right(i + i/pageBytes%pageBytes) {
			return fmt.Errorf("byte %d is wrong", i)
		}
	}
	return nil
}
