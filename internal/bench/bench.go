// Package bench measures networks on backends side by side. It knows no command
// line and prints nothing: Measure returns a record for each backend.
package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Entry is a backend to measure on, and what to say about it.
type Entry struct {
	Backend   network.Backend
	Threads   int    // 0 where there are none to speak of
	Precision string // empty is fp32
	Fuse      string // which launches were fused, if not those that should pay
	Software  bool
	GL        string        // kind of context
	Open      time.Duration // what it took to open
	Tolerance float64       // relative error that counts as right; 0 is Tolerance
}

// Tolerance is the largest relative error of a result that counts as right in
// fp32.
const Tolerance = 1e-4

// Network is what to measure.
type Network struct {
	Name   string // as the user calls it
	Graph  *network.Graph
	Ring   [][]*tensor.Tensor // sets of inputs, at least one; each run takes the next
	Pixels string             // what the inputs are, for people
	Source string             // "zoo" or a file
	SHA256 string             // of the file
	Load   time.Duration
}

// Options say how to measure.
type Options struct {
	Warmup   int           // bound of the rounds before those that count
	Runs     int           // rounds that count, at least
	Time     time.Duration // and as many more as fit into so much time
	InFlight int           // frames at once for the throughput; 0 leaves that out
	Layers   bool          // time stages and layers too
	Seed     uint64        // of the random order

	// Reference says what is right; nil leaves accuracy out.
	Reference network.Backend
	// Watch, if not nil, is called before the first run, and what it returns after
	// the last.
	Watch func() (done func() record.Context)
	// Pace, if not nil, is called before each round: work that never changes, on one
	// core and between two (0 if there are none).
	Pace func() (loop, exchange time.Duration)
	// Progress, if not nil, is told what is going on and which share is done.
	Progress func(what string, share float64)

	// Clock, CPUTime and Sleep are the machine's own if nil.
	Clock   func() time.Time
	CPUTime func() (time.Duration, bool) // user and system time of the process
	Sleep   func(time.Duration)
}

// pause goes before each run: workers of the one before, which look out for more
// work for a while, are then asleep.
const pause = 300 * time.Microsecond

// measurement is one call of Measure.
type measurement struct {
	Options
	network    Network
	contenders []*contender
	random     *rand.Rand
	round      int // of all kinds
	context    record.Context
	pace       struct{ loop, exchange []float64 }
	want       []*tensor.Tensor // for the first inputs of the ring
}

// contender is an entry and what was measured of it.
type contender struct {
	Entry
	session *network.Session
	first   []*tensor.Tensor // outputs of the last run on the ring's first inputs
	other   []*tensor.Tensor // of the last run on others
	start   record.Start

	warmup     int
	settled    bool
	latency    samples
	throughput samples
	block      int // frames of a throughput sample
	details    details
}

// samples are times of runs in milliseconds.
type samples struct{ wall, cpu []float64 }

func (s *samples) add(wall, cpu time.Duration, known bool) {
	s.wall = append(s.wall, record.Milliseconds(wall))
	if known {
		s.cpu = append(s.cpu, record.Milliseconds(cpu))
	}
}

// Measure times one network on several backends, in turns, and checks what the
// timed runs computed. A run's time is what a user's Session.Run costs: upload of
// the input and readback of the output included.
//
// After an error, or when ctx is done, it returns what was measured so far beside
// the error: such records say that they were interrupted.
func Measure(ctx context.Context, n Network, entries []Entry, o Options) ([]record.Record, error) {
	o.defaults()
	m := &measurement{Options: o, network: n, random: rand.New(rand.NewPCG(o.Seed, 0))}
	defer m.close()
	begun := o.Clock()
	err := m.all(ctx, entries)
	records := m.records(err != nil)
	for i := range records {
		records[i].Run.Time = begun
	}
	return records, err
}

func (o *Options) defaults() {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.CPUTime == nil {
		o.CPUTime = func() (time.Duration, bool) { return 0, false }
	}
	if o.Sleep == nil {
		o.Sleep = time.Sleep
	}
	if o.Watch == nil {
		o.Watch = func() func() record.Context { return func() record.Context { return record.Context{} } }
	}
	if o.Progress == nil {
		o.Progress = func(string, float64) {}
	}
}

// phase is a part of a measurement, and about which share of its time it takes.
type phase struct {
	name  string
	share float64
	run   func(ctx context.Context, progress func(share float64)) error
}

func (m *measurement) all(ctx context.Context, entries []Entry) error {
	var done func() record.Context
	phases := []phase{
		{"reference", 0.1, m.reference},
		{"preparing", 0.05, func(ctx context.Context, progress func(float64)) error {
			return m.prepare(ctx, entries, progress)
		}},
		{"warming up", 0.1, func(ctx context.Context, progress func(float64)) error {
			runtime.GC()
			done = m.Watch()
			return m.warmUp(ctx, progress)
		}},
		{"timing", 0.5, m.timeRuns},
		{"frames in flight", 0.25, m.timeThroughput},
	}
	defer func() {
		if done != nil {
			m.context = done()
			m.addPace()
		}
	}()
	begun := 0.0
	for _, p := range phases {
		progress := func(share float64) { m.Progress(p.name, begun+p.share*min(share, 1)) }
		progress(0)
		if err := p.run(ctx, progress); err != nil {
			return err
		}
		begun += p.share
	}
	m.timePrograms()
	return nil
}

// reference computes what is right. It cannot be interrupted, so it is left
// behind when the user does not want to wait.
func (m *measurement) reference(ctx context.Context, _ func(float64)) error {
	if m.Reference == nil {
		return nil
	}
	type result struct {
		outs []*tensor.Tensor
		err  error
	}
	results := make(chan result, 1)
	go func() {
		s, err := network.Compile(m.Reference, m.network.Graph)
		if err != nil {
			results <- result{nil, fmt.Errorf("%s on %s: %w", m.network.Name, m.Reference.Name(), err)}
			return
		}
		defer s.Close()
		outs, err := s.Run(m.network.Ring[0]...)
		results <- result{outs, err}
	}()
	select {
	case r := <-results:
		m.want = r.outs
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// prepare compiles the network for each backend and runs it a first time.
func (m *measurement) prepare(ctx context.Context, entries []Entry, progress func(float64)) error {
	for i, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := m.Clock()
		s, err := network.Compile(e.Backend, m.network.Graph)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", m.network.Name, e.Backend.Name(), err)
		}
		c := &contender{Entry: e, session: s, first: s.NewOutputs(), other: s.NewOutputs()}
		m.contenders = append(m.contenders, c)
		prepared := m.Clock().Sub(start)
		start = m.Clock()
		if err := s.RunInto(c.first, m.network.Ring[0]); err != nil {
			return m.failed(c, err)
		}
		first := m.Clock().Sub(start)
		c.start = record.Start{
			OpenMS: record.Milliseconds(e.Open), LoadMS: record.Milliseconds(m.network.Load),
			PrepareMS: record.Milliseconds(prepared), FirstMS: record.Milliseconds(first),
			TotalMS: record.Milliseconds(e.Open + m.network.Load + prepared + first),
		}
		progress(float64(i+1) / float64(len(entries)))
	}
	return nil
}

func (m *measurement) failed(c *contender, err error) error {
	return fmt.Errorf("%s on %s: %w", m.network.Name, c.Backend.Name(), err)
}

func (m *measurement) close() {
	for _, c := range m.contenders {
		c.session.Close()
	}
}
