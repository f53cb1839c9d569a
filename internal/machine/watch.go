package machine

import (
	"fmt"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
)

// Watch sees what the machine does while something is measured.
type Watch struct {
	probe  Probe
	ctx    record.Context
	ticks  ticks
	ours   time.Duration
	events float64
}

// Start notes how things are before a measurement.
func (p Probe) Start() *Watch {
	w := &Watch{probe: p, ctx: record.Context{Machine: p.Machine(), Library: Library(), Before: p.State()}}
	w.ticks, w.events = p.ticks(), p.throttleEvents()
	w.ours, _ = p.CPUTime()
	return w
}

// Done notes how things are after it, and what to hold against the figures.
func (w *Watch) Done() record.Context {
	c := w.ctx
	c.After = w.probe.State()
	c.PeakRSSBytes = w.probe.PeakRSS()
	if n := w.probe.throttleEvents() - w.events; n > 0 {
		c.After.Throttled = append(c.After.Throttled, fmt.Sprintf("slowed down by heat %.0f times", n))
	}
	if now, ok := w.probe.CPUTime(); ok {
		w.shares(&c, w.probe.ticks(), now-w.ours)
	}
	c.Warnings = warnings(&c)
	return c
}

// ticks is how the kernel counts the processors' time, in hundredths of seconds.
type ticks struct {
	busy, steal, all float64
	cores            float64
}

func (p Probe) ticks() ticks {
	var t ticks
	for line := range strings.Lines(p.text("proc/stat")) {
		w := strings.Fields(line)
		if len(w) == 0 || !strings.HasPrefix(w[0], "cpu") {
			continue
		}
		if w[0] != "cpu" {
			t.cores++
			continue
		}
		// user nice system idle iowait irq softirq steal; guests are part of user
		for i, word := range w[1:min(len(w), 9)] {
			n, ok := finite(word)
			if !ok {
				n = 0
			}
			switch i {
			case 3, 4:
			case 7:
				t.steal += n
			default:
				t.busy += n
			}
			t.all += n
		}
	}
	return t
}

// shares works out how many cores others had. Nothing is said of less than half
// a second, which is few ticks.
func (w *Watch) shares(c *record.Context, now ticks, ours time.Duration) {
	all := now.all - w.ticks.all
	if now.cores == 0 || all/now.cores < 50 {
		return
	}
	cores := func(ticks float64) *float64 {
		x := max(0, ticks/all*now.cores)
		return &x
	}
	c.OthersCPU = cores(now.busy - w.ticks.busy - 100*ours.Seconds())
	c.StealCPU = cores(now.steal - w.ticks.steal)
}

// From how many cores on others disturb.
const (
	othersDisturb = 0.1
	stealDisturbs = 0.05
)

func warnings(c *record.Context) []string {
	var all []string
	if x := c.OthersCPU; x != nil && *x > othersDisturb {
		all = append(all, fmt.Sprintf("other programs kept %.1f of %d cores busy", *x, c.Machine.Cores))
	}
	if x := c.StealCPU; x != nil && *x > stealDisturbs {
		all = append(all, fmt.Sprintf("the hypervisor kept back %.2f of %d cores", *x, c.Machine.Cores))
	}
	if c.OthersCPU == nil && len(c.Before.Load) > 0 && c.Before.Load[0] > 0.5 {
		all = append(all, fmt.Sprintf("the machine was busy before: load %.1f", c.Before.Load[0]))
	}
	for _, why := range throttleWarnings(c.Before.Throttled, c.After.Throttled) {
		all = append(all, "throttling: "+why)
	}
	for _, clock := range c.After.CPUs {
		if g := clock.Governor; g == "conservative" || g == "powersave" && clock.MHz < 0.9*clock.MaxMHz {
			all = append(all, fmt.Sprintf("%s: the governor %s holds the clock at %.0f of %.0f MHz", clock.Name, g, clock.MHz, clock.MaxMHz))
		}
	}
	return all
}
