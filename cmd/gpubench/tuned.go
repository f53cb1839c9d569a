package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
)

// tuningJSON is the JSON form of what tune found; scripts rely on the names. Times are
// null where nothing was timed.
type tuningJSON struct {
	Model     string            `json:"model"`
	Device    string            `json:"device"`
	Driver    string            `json:"driver"`
	Software  bool              `json:"software_renderer"`
	Precision string            `json:"precision"`
	Maps      string            `json:"maps"`
	Family    string            `json:"family"`
	Basis     string            `json:"basis"` // of the family's variants
	Clock     string            `json:"clock"`
	Launches  int               `json:"launches"`
	Shapes    []tunedJSON       `json:"shapes"`
	Before    *networkTimesJSON `json:"network_before"`
	After     *networkTimesJSON `json:"network_after"`
	Kept      bool              `json:"kept"`
	File      string            `json:"file"` // empty if nothing is stored
	ElapsedS  float64           `json:"elapsed_s"`
}

type tunedJSON struct {
	Shape     string         `json:"shape"`
	Kernel    string         `json:"kernel"`
	Steps     []string       `json:"steps"`
	Share     float64        `json:"share"` // of the time of all that have variants
	Default   string         `json:"default"`
	Best      string         `json:"best"`
	DefaultUS *float64       `json:"default_us"` // of a launch, the least
	BestUS    *float64       `json:"best_us"`
	Gain      *float64       `json:"gain"` // share of the time that is saved
	Tried     int            `json:"tried"`
	Rejected  []rejectedJSON `json:"rejected"`
	State     string         `json:"state"`
}

type rejectedJSON struct {
	Variant string `json:"variant"`
	Reason  string `json:"reason"`
}

type networkTimesJSON struct {
	MinMS    float64 `json:"min_ms"`
	MedianMS float64 `json:"median_ms"`
	Runs     int     `json:"runs"`
}

func describeTuning(model string, d *gpuDevice, p *network.Plan, r *gpu.TuneReport) tuningJSON {
	j := tuningJSON{Model: model, Device: r.Device, Driver: r.Driver, Software: d.info.Software, Family: r.Family, Basis: r.Basis,
		Clock: r.Clock, Launches: len(p.Steps), Shapes: []tunedJSON{}, Kept: r.Kept, File: r.File, ElapsedS: r.Elapsed.Seconds()}
	if st, ok := d.Backend.(network.Storer); ok {
		j.Precision, j.Maps = st.Storage(p)
	}
	if r.After.Runs > 0 {
		of := func(t gpu.RunTimes) *networkTimesJSON {
			return &networkTimesJSON{t.Min.Seconds() * 1e3, t.Median.Seconds() * 1e3, t.Runs}
		}
		j.Before, j.After = of(r.Before), of(r.After)
	}
	var whole time.Duration
	for _, s := range r.Shapes {
		whole += s.Share
	}
	for _, s := range r.Shapes {
		t := tunedJSON{Shape: s.Shape, Kernel: s.Kernel, Steps: s.Steps, Default: s.Default, Best: s.Chosen,
			DefaultUS: micros(s.DefaultTime), BestUS: micros(s.ChosenTime), Tried: s.Tried, Rejected: []rejectedJSON{}, State: state(&s)}
		if whole > 0 {
			t.Share = float64(s.Share) / float64(whole)
		}
		if s.DefaultTime > 0 && s.ChosenTime > 0 {
			gain := 1 - float64(s.ChosenTime)/float64(s.DefaultTime)
			t.Gain = &gain
		}
		for _, x := range s.Rejected {
			t.Rejected = append(t.Rejected, rejectedJSON{x.Variant, oneLine(x.Err)})
		}
		j.Shapes = append(j.Shapes, t)
	}
	return j
}

// state is how far a shape's tuning has come.
func state(s *gpu.TunedShape) string {
	switch {
	case s.Known:
		return "known"
	case s.Complete:
		return "done"
	case s.Tried > 0:
		return "cut short"
	case len(s.Rejected) > 0:
		return "not possible"
	}
	return "no time"
}

func (j *tuningJSON) complete() (n int) {
	for _, s := range j.Shapes {
		if s.State == "known" || s.State == "done" {
			n++
		}
	}
	return n
}

func micros(d time.Duration) *float64 {
	if d == 0 {
		return nil
	}
	us := float64(d) / 1e3
	return &us
}

// printTuning prints a line a launch shape, and what the whole network gains.
func printTuning(w io.Writer, j tuningJSON) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s; %s; %s in a %s\n", j.Model, j.Device, j.Driver, j.Precision, j.Maps)
	fmt.Fprintf(&b, "%d launches; %d shapes of launches have variants; defaults for %s (%s); timed by %s\n\n", j.Launches, len(j.Shapes), j.Family, j.Basis, j.Clock)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "launches\tshare\tdefault us\tbest us\tgain\ttried\tunfit\t\t  kernel, first launch: default variant, and what is better")
	changed, rejected := 0, []string{}
	for _, s := range j.Shapes {
		best, gain, text := "-", "-", s.Default
		if s.Best != s.Default {
			changed++
			best, text = known(s.BestUS), text+" -> "+s.Best
			if s.Gain != nil {
				gain = fmt.Sprintf("%.0f %%", 100**s.Gain)
			}
		}
		fmt.Fprintf(t, "%d\t%.0f %%\t%s\t%s\t%s\t%d\t%d\t%s\t  %s, %s: %s\n", len(s.Steps), 100*s.Share, known(s.DefaultUS), best, gain,
			s.Tried, len(s.Rejected), s.State, s.Kernel, s.Steps[0], text)
		for _, r := range s.Rejected {
			rejected = append(rejected, fmt.Sprintf("%s of %s: %s", r.Variant, s.Steps[0], r.Reason))
		}
	}
	t.Flush()
	b.WriteByte('\n')
	if j.After != nil {
		fmt.Fprintf(&b, "the whole network, %d runs of each in turns: median %.3g ms by the defaults, %.3g tuned; least %.3g and %.3g\n",
			j.After.Runs, j.Before.MedianMS, j.After.MedianMS, j.Before.MinMS, j.After.MinMS)
	}
	switch {
	case !j.Kept:
		fmt.Fprintln(&b, "the defaults stay: the network as a whole is not better without them")
	case changed == 0:
		fmt.Fprintln(&b, "no variant is clearly faster than the default")
	default:
		fmt.Fprintf(&b, "faster by another variant: %d of %d shapes\n", changed, len(j.Shapes))
	}
	if left := len(j.Shapes) - j.complete(); left > 0 {
		fmt.Fprintf(&b, "not done yet: %d of %d shapes; the next call goes on with them\n", left, len(j.Shapes))
	}
	if j.File != "" {
		fmt.Fprintf(&b, "kept in %s\n", j.File)
	}
	const most = 5
	for i, r := range rejected {
		if i == most {
			fmt.Fprintf(&b, "and %d more variants cannot be used; -format json has them all\n", len(rejected)-most)
			break
		}
		fmt.Fprintf(&b, "cannot be used: %s\n", r)
	}
	if j.Software {
		fmt.Fprintln(&b, "note: this is a software renderer on the CPU: not a GPU's speed")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// knownJSON is the JSON form of what is known from before.
type knownJSON struct {
	Device  string      `json:"device"`
	Driver  string      `json:"driver"`
	Family  string      `json:"family"`
	Basis   string      `json:"basis"`
	Changed int         `json:"changed"` // shapes that have another variant than the family's
	Shapes  []tunedJSON `json:"shapes"`
	File    string      `json:"file"`
}

// printKnown prints what earlier calls have found.
func (t *tuneFlags) printKnown(sys *system, d *gpuDevice) error {
	i := d.tuner.Tuning()
	j := knownJSON{d.info.Renderer, d.info.Version, i.Family, i.Basis, i.Changed, []tunedJSON{}, i.File}
	for _, s := range i.Shapes {
		k := tunedJSON{Shape: s.Shape, Kernel: s.Kernel, Steps: []string{}, Best: s.Chosen, DefaultUS: micros(s.DefaultTime), BestUS: micros(s.ChosenTime),
			Rejected: []rejectedJSON{}, State: "done"}
		if !s.Complete {
			k.State = "cut short"
		}
		j.Shapes = append(j.Shapes, k)
	}
	if t.format == "json" {
		return report.JSON(sys.stdout, j)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s; %s: %s\n", j.Device, j.Driver, tunedText(&i))
	if len(j.Shapes) > 0 {
		b.WriteByte('\n')
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, s := range j.Shapes {
		best := s.Best
		if best == "" {
			best = "default"
		}
		fmt.Fprintf(w, "%s us\t%s us\t%s\t  %s: %s\n", known(s.DefaultUS), known(s.BestUS), s.State, s.Shape, best)
	}
	w.Flush()
	_, err := io.WriteString(sys.stdout, b.String())
	return err
}

// tunedText says which variants a device uses.
func tunedText(i *gpu.TuningInfo) string {
	text := fmt.Sprintf("defaults for %s (%s)", i.Family, i.Basis)
	if len(i.Shapes) == 0 {
		return text + "; nothing is tuned"
	}
	text += fmt.Sprintf("; %d launch shapes are tuned, %d of them to another variant", len(i.Shapes), i.Changed)
	if i.File != "" {
		text += "; " + i.File
	}
	return text
}
