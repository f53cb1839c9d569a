package main

import (
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// patience is how long something may take before a bar is shown.
const patience = 2 * time.Second

// progress shows a bar on standard error for what takes long, if that is a
// terminal; otherwise it does nothing.
type progress struct {
	sys   *system
	timer *time.Timer // nil where there is no terminal

	mu          sync.Mutex
	late, over  bool // patience is at an end; so is the work
	stage       string
	count, goal int
	whole       bool // the bar is of the whole work: stage only says what is going on
	bar         *progressbar.ProgressBar
	barStage    string
}

func newProgress(sys *system) *progress {
	p := &progress{sys: sys}
	if sys.terminal {
		p.timer = time.AfterFunc(patience, p.show)
	}
	return p
}

// update says what is going on and how far it is.
func (p *progress) update(stage string, count, goal int) {
	if p.timer == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stage, p.count, p.goal, p.whole = stage, count, goal, false
	p.draw()
}

// wholeSteps is how finely a bar of the whole work goes on.
const wholeSteps = 1000

// share says what is going on and which share of the whole work is done; the bar
// tells the time left.
func (p *progress) share(stage string, share float64) {
	if p.timer == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stage, p.count, p.goal, p.whole = stage, int(wholeSteps*min(max(share, 0), 1)), wholeSteps, true
	p.draw()
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = true
	p.draw()
}

func (p *progress) draw() {
	if p.over || p.stage == "" {
		return
	}
	if p.bar == nil || !p.whole && p.barStage != p.stage {
		p.clear()
		options := []progressbar.Option{progressbar.OptionSetWriter(patient{p}), progressbar.OptionSetDescription(p.stage),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100 * time.Millisecond)}
		if !p.whole {
			options = append(options, progressbar.OptionShowCount())
		}
		// It counts from now, whenever it is shown, so that the time left is right.
		// Never its spinner, which goes on writing from a goroutine of its own.
		p.bar = progressbar.NewOptions(max(p.goal, 1), options...)
		p.bar.RenderBlank()
	} else if p.barStage != p.stage {
		p.bar.Describe(p.stage)
	}
	p.barStage = p.stage
	p.bar.Set(p.count)
}

// patient writes what a bar does once it is late. The lock is held.
type patient struct{ *progress }

func (p patient) Write(b []byte) (int, error) {
	if !p.late {
		return len(b), nil
	}
	return p.sys.stderr.Write(b)
}

func (p *progress) clear() {
	if p.bar != nil {
		p.bar.Clear()
		p.bar = nil
	}
}

// aside has a line written that the bar would stand in front of; it is drawn again later.
func (p *progress) aside(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	write()
}

// done takes the bar off the screen. It may be called more than once.
func (p *progress) done() {
	if p.timer == nil {
		return
	}
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.clear()
}
