package paper

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// Options say what to measure, and how.
type Options struct {
	Nets    []Net
	Sizes   [][2]int // height and width
	Ablate  []string // models whose shuffle to ablate
	Entries []bench.Entry

	// Reference checks the results: a backend that is not too slow for the largest
	// network.
	Reference network.Backend
	Inputs    func(g *network.Graph) (ring [][]*tensor.Tensor, what string, err error)
	Zoo       zoo.Options // blank weights, or a seed

	Runs     int           // of each, at least
	Time     time.Duration // and as many more as fit into so much, for all that run in turns; an ablation takes three
	Seed     uint64        // of the order
	Clock    func() time.Time
	Sleep    func(time.Duration)
	Progress func(what string, share float64) // may be nil
}

// Results are all tables. Their JSON form is the tool's output; scripts rely on the
// names.
type Results struct {
	SchemaVersion int    `json:"schema_version"`
	Kind          string `json:"kind"` // "paper"

	Table1   []Complexity `json:"table1"`
	Table8   []Cell       `json:"table8"`
	Ablation []Ablation   `json:"ablation"`
}

// Cell is a network at a size.
type Cell struct {
	Model   string   `json:"model"`
	Title   string   `json:"title"`
	Height  int      `json:"height"`
	Width   int      `json:"width"`
	MMACs   float64  `json:"mmacs"`
	PaperMS *float64 `json:"paper_ms"` // null for a size that is not in the paper
	Ours    []Time   `json:"ours"`     // one each backend
}

// Time is how long a picture takes on a backend.
type Time struct {
	Backend  string        `json:"backend"`
	Threads  int           `json:"threads,omitempty"`
	Device   string        `json:"device"`
	Driver   string        `json:"driver"`
	Software bool          `json:"software_renderer,omitempty"`
	Runs     int           `json:"runs"`
	MedianMS float64       `json:"median_ms"`
	MinMS    float64       `json:"min_ms"`
	LowMS    record.Number `json:"low_ms"` // 95 % confidence interval; null after too few runs
	HighMS   record.Number `json:"high_ms"`
	Samples  []float64     `json:"samples_ms"`
	Noise    []string      `json:"noise,omitempty"`
}

func timeOf(r *record.Record) Time {
	return Time{r.Test.Backend, r.Test.Threads, r.Device.Name, r.Device.Driver, r.Device.Software, r.Latency.Wall.N,
		r.Latency.Wall.MedianMS, r.Latency.Wall.MinMS, r.Latency.Wall.LowMS, r.Latency.Wall.HighMS, r.Latency.WallMS, r.Latency.Noise}
}

// Name is the backend's, and how many threads it has.
func (t *Time) Name() string {
	switch t.Threads {
	case 0:
		return t.Backend
	case 1:
		return t.Backend + ", 1 thread"
	}
	return fmt.Sprintf("%s, %d threads", t.Backend, t.Threads)
}

// ErrWrong is wrapped by the errors for results that are not right.
var ErrWrong = errors.New("wrong result")

// Measure fills all tables. After an error, or when ctx is done, it returns what was
// measured so far beside the error.
func Measure(ctx context.Context, o Options) (*Results, error) {
	if o.Progress == nil {
		o.Progress = func(string, float64) {}
	}
	r := Results{SchemaVersion: Version, Kind: Kind, Table1: []Complexity{}, Table8: []Cell{}, Ablation: []Ablation{}}
	var err error
	if r.Table1, err = Table1(); err != nil {
		return &r, err
	}
	total := float64(len(o.Nets)*len(o.Sizes) + len(o.Ablate))
	done := 0.0
	progress := func(what string, share float64) { o.Progress(what, (done+share)/total) }
	for _, size := range o.Sizes {
		for _, n := range o.Nets {
			c, err := o.cell(ctx, n, size[0], size[1], progress)
			if err != nil {
				return &r, err
			}
			r.Table8 = append(r.Table8, *c)
			done++
		}
	}
	for _, model := range o.Ablate {
		a, err := o.ablate(ctx, model, progress)
		if err != nil {
			return &r, err
		}
		r.Ablation = append(r.Ablation, *a)
		done++
	}
	return &r, nil
}

// Kind is Results.Kind, and Version its SchemaVersion: it rises when a name changes its
// meaning or goes away.
const (
	Kind    = "paper"
	Version = 1
)

// warmUp is how much is computed before runs count, in multiply-adds: whatever a
// device does at first matters less to a network that takes long.
const (
	warmUp     = 2e9
	warmUpMost = 20
)

// cell measures one network at one size.
func (o *Options) cell(ctx context.Context, n Net, height, width int, progress func(string, float64)) (*Cell, error) {
	g, err := n.graph(height, width, o.Zoo)
	if err != nil {
		return nil, err
	}
	c := &Cell{Model: n.Model, Title: n.Title, Height: height, Width: width, MMACs: mmacs(g)}
	for i, s := range Sizes {
		if s == [2]int{height, width} {
			c.PaperMS = &n.MS[i]
		}
	}
	records, err := o.measure(ctx, g, o.Entries, func(what string, share float64) {
		progress(fmt.Sprintf("%s, %dx%d: %s", n.Model, height, width, what), share)
	})
	if err != nil {
		return nil, err
	}
	for i := range records {
		if err := check(&records[i]); err != nil {
			return nil, err
		}
		c.Ours = append(c.Ours, timeOf(&records[i]))
	}
	return c, nil
}

// measure times a network on all entries in turns.
func (o *Options) measure(ctx context.Context, g *network.Graph, entries []bench.Entry, progress func(string, float64)) ([]record.Record, error) {
	ring, what, err := o.Inputs(g)
	if err != nil {
		return nil, err
	}
	return bench.Measure(ctx, bench.Network{Name: g.Name, Graph: g, Ring: ring, Pixels: what, Source: "zoo"}, entries, bench.Options{
		Warmup: int(min(max(math.Round(warmUp/(1e6*mmacs(g))), 1), warmUpMost)),
		Runs:   o.Runs, Time: o.Time, Seed: o.Seed, Reference: o.Reference, Clock: o.Clock, Sleep: o.Sleep, Progress: progress,
	})
}

func check(r *record.Record) error {
	if r.Accuracy.Wrong() {
		return fmt.Errorf("%w: %s on %s is off by %.1e of the largest magnitude; gpubench verify tells where",
			ErrWrong, r.Model.Name, r.Test.Backend, float64(r.Accuracy.MaxRelErr))
	}
	return nil
}

// mmacs is a network's multiply-adds, in millions.
func mmacs(g *network.Graph) float64 {
	var sum int64
	for _, n := range g.Nodes {
		sum += network.MACs(n)
	}
	return float64(sum) / 1e6
}
