package gpu

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/shaders"
)

// speaker is a driver that compiles in the call named at, and says so from
// another thread.
type speaker struct {
	*glestest.Fake
	at         string
	dispatches int
	compiled   int
}

func (s *speaker) LinkProgram(uint32)          { s.compile("LinkProgram") }
func (s *speaker) DispatchComputeIndirect(int) { s.dispatches++; s.compile("DispatchComputeIndirect") }

func (s *speaker) compile(call string) {
	if call != s.at {
		return
	}
	s.compiled++
	done := make(chan bool)
	go func() {
		for range 20 { // more than a log of ten holds
			s.Say("Falling back to strategy 'lower thread count' for MESA_SHADER_COMPUTE prog 6/1")
		}
		s.Say("FRAG shader: 5 inst, 0 nops")
		s.Say(fmt.Sprintf("CS shader: %d inst, 3 loops", s.compiled))
		close(done)
	}()
	<-done
}

// Statistics are each program's own, whenever the driver gives them; a dispatch
// comes only where they do not come without, and not again and again if they do
// not come with it either.
func TestProgramsListens(t *testing.T) {
	for _, c := range []struct {
		at         string
		extensions []string
		statistics bool
		dispatches func(programs int) int
	}{
		{"LinkProgram", []string{"GL_KHR_debug"}, true, func(int) int { return 0 }},
		{"DispatchComputeIndirect", []string{"GL_KHR_debug"}, true, func(n int) int { return n }},
		{"never", []string{"GL_KHR_debug"}, false, func(int) int { return 1 }},
		{"LinkProgram", nil, false, func(int) int { return 1 }},
	} {
		t.Run(c.at, func(t *testing.T) {
			d, _, ds := small(t)
			d.info.Extensions = c.extensions
			driver := &speaker{Fake: glestest.NewFake(), at: c.at}
			r := glestest.New(driver)
			reports, programs, uses, err := launchesOf(ds)
			if err == nil {
				err = d.compileAndListen(r, "x", programs, uses, reports)
			}
			if err != nil || len(reports) < 5 {
				t.Fatal(len(reports), err)
			}
			compiled := 0
			for i, p := range reports {
				own := compiled + 1 // then each of its loops twice, and not at all
				compiled = own + 2*len(p.Loops)
				switch {
				case p.File != programs[i].File || p.Variant != programs[i].Variant():
					t.Errorf("program %d is %s %s", i, p.File, p.Variant)
				case !c.statistics && p.Statistics != nil:
					t.Errorf("program %d: %+v from nowhere", i, p.Statistics)
				case c.statistics && (p.Statistics == nil || p.Statistics.Figures[Instructions] != float64(own)):
					t.Errorf("program %d: %+v", i, p.Statistics)
				case c.statistics && len(p.Messages) != 22:
					t.Errorf("program %d: %q", i, p.Messages)
				}
			}
			if want := c.dispatches(compiled); driver.dispatches != want {
				t.Errorf("%d dispatches, want %d", driver.dispatches, want)
			}
			for _, pair := range [][2]string{{"GenBuffer", "DeleteBuffer"}, {"CreateProgram", "DeleteProgram"}, {"CreateShader", "DeleteShader"}, {"GenTexture", "DeleteTexture"}} {
				if r.Calls(pair[0]) != r.Calls(pair[1]) {
					t.Errorf("leak: %v", r.Counts())
				}
			}
			if len(d.programs) != 0 || r.Calls("DispatchCompute") != 0 {
				t.Error("a program was kept or run")
			}
		})
	}
}

func TestRoundIsTheSmallerDifference(t *testing.T) {
	for name, c := range map[string]struct{ once, twice, without, want float64 }{
		"a loop that costs nothing but its rounds": {100, 130, 70, 30},
		"what keeps it going and is prepared":      {100, 130, 50, 30},
		"twice it needs more registers":            {100, 400, 50, 50},
		"and it was optimised away":                {100, 90, 100, 0},
	} {
		at := func(v float64) map[string]float64 { return map[string]float64{"inst": v} }
		if got := round(at(c.once), at(c.twice), at(c.without))["inst"]; got != c.want {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
}

// Launches and invocations add up to the plan's.
func TestLaunchesOf(t *testing.T) {
	_, _, ds := small(t)
	reports, _, _, err := launchesOf(ds)
	if err != nil {
		t.Fatal(err)
	}
	launches := 0
	for _, p := range reports {
		launches += p.Launches
		if p.Invocations < int64(p.Launches) || len(p.Beyond) > 0 {
			t.Errorf("%+v", p)
		}
	}
	if launches != len(ds) {
		t.Errorf("%d launches, want %d", launches, len(ds))
	}
	last := reports[len(reports)-1]
	x := ds[slices.IndexFunc(ds, func(x kernels.Dispatch) bool {
		return x.Program.File == last.File && x.Program.Variant() == last.Variant
	})]
	r, err := x.Program.Resources()
	if err != nil {
		t.Fatal(err)
	}
	if want := x.Groups[0] * x.Groups[1] * x.Groups[2] * r.Invocations(); last.Launches != 1 || last.Invocations != int64(want) {
		t.Errorf("%s is launched %d times with %d invocations, want %d", last.File, last.Launches, last.Invocations, want)
	}
}

// What is read from the sources is what the driver finds there. And the device
// works as before afterwards.
func TestProgramsOnDevice(t *testing.T) {
	d := openTest(t, Options{NoSelfTest: true, Debug: true, Logger: slog.New(slog.DiscardHandler)})
	_, p, _ := small(t)
	reports, err := d.Programs(p)
	if err != nil {
		t.Fatal(err)
	}
	e, err := d.Prepare(p)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	declared := map[string][3]int{}
	for _, r := range reports {
		declared[r.File+" "+r.Variant] = r.Resources.WorkGroup
	}
	must(t, d, func(gles.API) error {
		for p, linked := range d.programs {
			if got := declared[p.File+" "+p.Variant()]; got != linked.workGroup {
				t.Errorf("%s: work group of %v, the driver says %v", p.Label(), got, linked.workGroup)
			}
		}
		if len(d.programs) != len(declared) {
			t.Errorf("%d programs reported, %d built", len(declared), len(d.programs))
		}
		return nil
	})
	reduce(t, d)
}

// Messages go to the logger again afterwards.
func TestProgramsGivesMessagesBack(t *testing.T) {
	var out strings.Builder
	d := openTest(t, Options{NoSelfTest: true, Debug: true, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	if !d.Info().HasExtension("GL_KHR_debug") {
		t.Skip("no GL_KHR_debug")
	}
	_, p, _ := small(t)
	if _, err := d.Programs(p); err != nil {
		t.Fatal(err)
	}
	must(t, d, func(gl gles.API) error { gl.BindBuffer(0x1234, 0); gl.GetError(); return nil })
	must(t, d, func(gles.API) error { return nil })
	if !strings.Contains(out.String(), "glBindBuffer") {
		t.Errorf("log %q", out.String())
	}
}

// A driver that gives statistics: llvmpipe does not, softpipe does.
func TestProgramsOnSoftpipe(t *testing.T) {
	if !inChild(t, "GALLIUM_DRIVER=softpipe") {
		return
	}
	d := openTest(t, Options{NoSelfTest: true, Debug: true, Logger: slog.New(slog.DiscardHandler)})
	_, p, _ := small(t)
	reports, err := d.Programs(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reports {
		if r.Statistics == nil || r.Statistics.Figures[Instructions] < 10 || r.Dispatched {
			t.Errorf("%s: %+v, %q", r.File, r.Statistics, r.Messages)
		}
	}
}

// A round of a loop costs what its body makes the program longer by; what does not run
// costs less than one pass; and of units that work beside one another the slowest counts.
func TestModelled(t *testing.T) {
	r := ProgramReport{
		Statistics: &Statistics{
			Values: map[string]float64{"inst": 100, "cycles": 10, "arith": 10, "ldst": 4},
			Units:  map[string]float64{"arith": 10, "ldst": 4},
		},
		Loops: []LoopReport{
			{shaders.Loop{Name: "outer"}, map[string]float64{"inst": 50, "cycles": 4, "arith": 4, "ldst": 3}},
			{shaders.Loop{Name: "inner", In: "outer"}, map[string]float64{"inst": 20, "cycles": 1, "arith": 1, "ldst": 2}},
		},
	}
	for _, c := range []struct {
		rounds               kernels.Rounds
		instructions, cycles float64
	}{
		{nil, 100, 10},
		{kernels.Rounds{"outer": 3}, 200, 18},
		{kernels.Rounds{"inner": 11}, 300, 24}, // 4 + 10 x 2, loads
		{kernels.Rounds{"outer": 3, "inner": 11}, 200 + 3*10*20, 10 + 3*10*2},
		{kernels.Rounds{"outer": 0.5}, 75, 8},
		{kernels.Rounds{"outer": 0, "inner": 11}, 50, 6},
	} {
		got := r.modelled([]use{{1000, c.rounds}})
		if got[Instructions] != 1000*c.instructions || got[Cycles] != 1000*c.cycles {
			t.Errorf("%v: %v, want %v and %v", c.rounds, got, c.instructions, c.cycles)
		}
	}
	r.Statistics = &Statistics{Values: map[string]float64{"inst": 7}}
	if got := r.modelled([]use{{2, nil}, {3, nil}}); got[Instructions] != 35 || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// Every loop that a kernel's launches count is one of its shader's, and runs.
func TestRounds(t *testing.T) {
	_, _, ds := small(t)
	for _, d := range ds {
		known := map[string]bool{}
		for _, l := range d.Program.Loops() {
			known[l.Name] = true
		}
		for name, n := range d.Rounds {
			if !known[name] || !(n > 0) || n > 1e6 {
				t.Errorf("%s: %v rounds of %s", d.Program.Label(), n, name)
			}
		}
	}
}
