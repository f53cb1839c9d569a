package paper_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/paper"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The zoo's networks are as complex as the paper says, to half a million.
func TestTable1(t *testing.T) {
	table, err := paper.Table1()
	if err != nil || len(table) != 5 {
		t.Fatal(len(table), err)
	}
	for _, c := range table {
		if math.Abs(c.Convolutions-c.Paper) >= 0.51 || c.All <= c.Convolutions || c.Channels[1] != 2*c.Channels[0] || c.Channels[2] != 4*c.Channels[0] || c.Channels[0] < 144 {
			t.Errorf("%+v", c)
		}
	}
}

// The paper's own figures: every 4 times fewer multiply-adds are 2.6 times as fast,
// and 0.5x is about 13 times as fast as AlexNet where 18 would be expected.
func TestTable8(t *testing.T) {
	byModel := map[string]paper.Net{}
	for _, n := range paper.Table8() {
		byModel[n.Model] = n
		g, err := zoo.Build(n.Model, zoo.Options{Blank: true})
		if err != nil {
			t.Fatal(err)
		}
		var macs float64
		for _, node := range g.Nodes {
			macs += float64(network.MACs(node)) / 1e6
		}
		if math.Abs(macs/n.MMACs-1) > 0.02 {
			t.Errorf("%s: %.1f million multiply-adds, the paper says %g", n.Model, macs, n.MMACs)
		}
	}
	half, alex := byModel["shufflenet_v1_g3_0.5x"], byModel[paper.Baseline]
	if actual := alex.MS[0] / half.MS[0]; actual < 12 || actual > 13.5 {
		t.Errorf("0.5x is %.1f times as fast as AlexNet", actual)
	}
	for i := range paper.Sizes {
		if byModel["mobilenet_v1_1.0"].MS[i] < half.MS[i] || alex.MS[i] < half.MS[i] {
			t.Errorf("size %v", paper.Sizes[i])
		}
	}
}

// lab is a world in which only runs take time.
type lab struct {
	now      time.Time
	spoil    bool
	prepared int
}

// backend computes as the CPU does, and takes a millisecond a launch.
type backend struct {
	network.Backend
	lab    *lab
	name   string
	launch time.Duration
}

func (b backend) Name() string   { return b.name }
func (b backend) Device() string { return "a test's " + b.name }
func (b backend) Driver() string { return "none" }

func (b backend) Prepare(p *network.Plan) (network.Executor, error) {
	x, err := b.Backend.Prepare(p)
	b.lab.prepared++
	return &executor{x, b, time.Duration(len(p.Steps)) * b.launch, 0}, err
}

type executor struct {
	network.Executor
	b    backend
	took time.Duration
	runs int
}

func (x *executor) Run(out, in []*tensor.Tensor) error {
	x.b.lab.now = x.b.lab.now.Add(x.took + time.Duration(x.runs%3)*time.Microsecond)
	x.runs++
	err := x.Executor.Run(out, in)
	if x.b.lab.spoil {
		out[0].Data[0] += 1e3
	}
	return err
}

func options(l *lab) paper.Options {
	fast := func() network.Backend { return cpu.New(cpu.Options{Threads: 1}) }
	return paper.Options{
		Nets:   []paper.Net{paper.Table8()[0], {Model: "shufflenet_v1_g3_0.25x", Title: "a smaller one"}},
		Sizes:  [][2]int{{32, 48}},
		Ablate: []string{"shufflenet_v1_g3_0.25x"},
		Entries: []bench.Entry{
			{Backend: backend{fast(), l, "gpu", time.Millisecond}, Software: true},
			{Backend: backend{fast(), l, "cpu", time.Millisecond / 4}, Threads: 1},
			{Backend: backend{fast(), l, "cpu", time.Millisecond / 5}, Threads: 2},
		},
		Reference: fast(),
		Inputs: func(g *network.Graph) ([][]*tensor.Tensor, string, error) {
			in := tensor.New(g.Inputs[0].Shape...)
			for i := range in.Data {
				in.Data[i] = float32(math.Sin(float64(i)))
			}
			return [][]*tensor.Tensor{{in}}, "waves", nil
		},
		Runs: 7, Clock: func() time.Time { return l.now }, Sleep: func(time.Duration) {},
	}
}

// Everything is measured, on every backend, and printed to the letter.
func TestMeasure(t *testing.T) {
	var l lab
	o := options(&l)
	last := 0.0
	o.Progress = func(what string, share float64) {
		if share < last-1e-9 || share > 1+1e-9 {
			t.Errorf("%s: %g behind %g", what, share, last)
		}
		last = share
	}
	r, err := paper.Measure(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Table8) != 2 || len(r.Table8[0].Ours) != 3 || len(r.Ablation) != 1 || len(r.Ablation[0].On) != 3 || last < 0.9 {
		t.Fatalf("%+v, %g done", r, last)
	}
	a := r.Ablation[0].On[1]
	if a.Remapped.Launches != a.None.Launches || a.Copied.Launches != a.Remapped.Launches+16 {
		t.Errorf("%d, %d and %d launches", a.Remapped.Launches, a.None.Launches, a.Copied.Launches)
	}
	if saved := a.Copied.MedianMS - a.Remapped.MedianMS; math.Abs(saved-4) > 0.01 || a.CopiedP > 0.01 || a.NoneP < 0.1 {
		t.Errorf("16 copies of a quarter of a millisecond: %+v", a)
	}
	// With the paper's sizes and AlexNet, its figures stand beside.
	for i := range r.Table8 {
		c := &r.Table8[i]
		if c.PaperMS != nil {
			t.Errorf("the paper knows nothing of %dx%d", c.Height, c.Width)
		}
		c.Height, c.Width, c.PaperMS = 224, 224, &paper.Table8()[2*i].MS[0]
	}
	r.Table8[1].Model, r.Table8[1].Title, r.Table8[1].MMACs = paper.Baseline, "AlexNet", 720
	var b bytes.Buffer
	if err := r.Print(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "paper.golden", b.Bytes())
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		os.MkdirAll("testdata", 0o755)
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

// A wrong result has no speed.
func TestWrong(t *testing.T) {
	l := lab{spoil: true}
	r, err := paper.Measure(context.Background(), options(&l))
	if !errors.Is(err, paper.ErrWrong) || !strings.Contains(err.Error(), "shufflenet_v1_g3_0.5x on gpu") || len(r.Table8) != 0 {
		t.Errorf("%v, %d cells", err, len(r.Table8))
	}
	if len(r.Table1) != 5 {
		t.Error("Table 1 is lost")
	}
}

// Interrupted, it returns what it has.
func TestInterrupt(t *testing.T) {
	var l lab
	o := options(&l)
	ctx, cancel := context.WithCancel(context.Background())
	o.Progress = func(what string, _ float64) {
		if strings.HasPrefix(what, "shufflenet_v1_g3_0.25x, ") {
			cancel()
		}
	}
	r, err := paper.Measure(ctx, o)
	if !errors.Is(err, context.Canceled) || len(r.Table8) != 1 {
		t.Errorf("%v, %d cells", err, len(r.Table8))
	}
}

func TestAblationNeedsAVariant(t *testing.T) {
	var l lab
	o := options(&l)
	o.Nets, o.Ablate = nil, []string{"mobilenet_v1_0.25"}
	if _, err := paper.Measure(context.Background(), o); !errors.Is(err, zoo.ErrUnknown) || !strings.Contains(fmt.Sprint(err), "without shuffles") {
		t.Error(err)
	}
}
