package gpu

import (
	"errors"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// diary notes in which order programs are built and asked about.
type diary struct {
	gles.API
	lines []string
}

func (d *diary) CompileShader(s uint32) { d.lines = append(d.lines, "compile"); d.API.CompileShader(s) }
func (d *diary) LinkProgram(p uint32)   { d.lines = append(d.lines, "link"); d.API.LinkProgram(p) }
func (d *diary) GetShaderiv(s, name uint32) int32 {
	d.lines = append(d.lines, "ask")
	return d.API.GetShaderiv(s, name)
}
func (d *diary) GetProgramiv(p, name uint32, dst []int32) {
	d.lines = append(d.lines, "ask")
	d.API.GetProgramiv(p, name, dst)
}

// small is a plan with several programs, some of them used again and again. The
// device is only its limits.
func small(t *testing.T) (*Device, *network.Plan, []kernels.Dispatch) {
	t.Helper()
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, PlanOptions())
	if err != nil {
		t.Fatal(err)
	}
	d := &Device{info: Info{Limits: SpecMinimum}}
	ds, _, err := d.assemble(p, tuningFor(&d.info))
	if err != nil {
		t.Fatal(err)
	}
	return d, p, ds
}

// A driver that compiles on several threads gets all the work before it is asked
// how the first program went, and each program once.
func TestProgramsAreBuiltAtOnce(t *testing.T) {
	d, p, ds := small(t)
	gl := &diary{API: glestest.NewFake()}
	started := d.startPrograms(gl, ds)
	if got := strings.Join(gl.lines, " "); len(started) < 5 || got != strings.TrimSpace(strings.Repeat("compile link ", len(started))) {
		t.Errorf("%d programs: %s", len(started), got)
	}
	if len(d.programs) != 0 {
		t.Error("a program is used before it is known to be good")
	}
	if err := d.finishPrograms(gl, started, p.Steps); err != nil {
		t.Fatal(err)
	}
	for _, x := range ds {
		if d.programs[x.Program] == nil {
			t.Errorf("no %s", x.Program.Label())
		}
	}
	if n := len(d.programs); n != len(started) {
		t.Errorf("%d programs started, %d kept", len(started), n)
	}
	if again := d.startPrograms(gl, ds); len(again) != 0 {
		t.Errorf("%d programs started again", len(again))
	}
}

// One bad program is an error that names it and its step; the others are kept,
// and nothing leaks.
func TestOneBadProgram(t *testing.T) {
	for _, call := range []string{"CompileShader", "LinkProgram"} {
		d, p, ds := small(t)
		r := glestest.New(glestest.NewFake())
		r.Inject(glestest.Fault{Call: call, Nth: 2, Log: "no"})
		started := d.startPrograms(r, ds)
		err := d.finishPrograms(r, started, p.Steps)
		bad := started[1]
		var pe *ProgramError
		if !errors.As(err, &pe) || pe.Name != bad.program.File || pe.Variant != bad.program.Variant() || !strings.Contains(err.Error(), p.Steps[bad.step].Name) {
			t.Errorf("%s: %v", call, err)
		}
		if d.programs[bad.program] != nil || len(d.programs) != len(started)-1 {
			t.Errorf("%s: %d programs of %d kept", call, len(d.programs), len(started))
		}
		if made, gone := r.Calls("CreateProgram"), r.Calls("DeleteProgram"); made-gone != len(d.programs) {
			t.Errorf("%s: %d programs made, %d deleted", call, made, gone)
		}
		if made, gone := r.Calls("CreateShader"), r.Calls("DeleteShader"); made != gone {
			t.Errorf("%s: %d shaders made, %d deleted", call, made, gone)
		}
	}
}
