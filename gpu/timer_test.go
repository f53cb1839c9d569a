package gpu

import (
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

func timeCopies(t *testing.T, d *Device, mode timerMode) (times []time.Duration, ok bool) {
	t.Helper()
	must(t, d, func(gl gles.API) error {
		const n = 1 << 16
		p, err := d.newProgram(gl, "copy.comp", "", copySource)
		if err != nil {
			return err
		}
		defer p.delete(gl)
		var b [2]*buffer
		for i := range b {
			if b[i], err = d.newBuffer(gl, storageBuffer, 4*n, "values"); err != nil {
				return err
			}
			defer b[i].delete(gl)
			b[i].bind(gl, i)
		}
		tm, err := d.newTimer(gl, 4)
		if err != nil {
			return err
		}
		defer func() { tm.delete(gl) }()
		if tm.mode != timerNone && mode != timerNone && tm.mode != mode {
			tm.delete(gl)
			tm = &timer{mode: mode, queries: make([]uint32, 4)}
			gl.GenQueries(tm.queries)
		}
		gl.UseProgram(p.id)
		gl.ProgramUniform1i(p.id, p.uniform(gl, "n"), n)
		times = make([]time.Duration, 10)
		round := func() {
			tm.begin(gl)
			for range 5 { // one more than the timer has room for
				tm.start(gl)
				gl.DispatchCompute(n/64, 1, 1)
				tm.stop(gl)
				gl.MemoryBarrier(gles.SHADER_STORAGE_BARRIER_BIT)
			}
			var k int
			k, ok = tm.results(gl, times[:10])
			times = times[:k]
		}
		for range 3 {
			if round(); ok || !tm.available() {
				break // else the clock jumped
			}
		}
		if a := testing.AllocsPerRun(5, round); a != 0 {
			t.Errorf("a round allocates %v times", a)
		}
		return checkErrors(gl, "timer")
	})
	return times, ok
}

func TestTimer(t *testing.T) {
	d := openTest(t, Options{})
	if !d.Info().TimerQuery {
		t.Skip("no GL_EXT_disjoint_timer_query")
	}
	for name, mode := range map[string]timerMode{"elapsed": timerElapsed, "timestamps": timerStamps} {
		t.Run(name, func(t *testing.T) {
			times, ok := timeCopies(t, d, mode)
			t.Log(times)
			if !ok {
				t.Skip("disjoint three times")
			}
			if len(times) != 4 {
				t.Errorf("%d times", len(times))
			}
			for _, x := range times {
				if x <= 0 || x > 10*time.Second {
					t.Errorf("time %v", x)
				}
			}
		})
	}
}

func TestTimerUnavailable(t *testing.T) {
	if !inChild(t, "MESA_EXTENSION_OVERRIDE=-GL_EXT_disjoint_timer_query") {
		return
	}
	d := openTest(t, Options{})
	if d.Info().TimerQuery {
		t.Fatal("the extension is still there")
	}
	if times, ok := timeCopies(t, d, timerNone); ok || len(times) != 0 {
		t.Errorf("got %v, %v", times, ok)
	}
	// The missing entry points raise an error instead of crashing.
	must(t, d, func(gl gles.API) error {
		gl.QueryCounter(1, gles.TIMESTAMP)
		if e := gl.GetError(); e != gles.INVALID_OPERATION {
			t.Errorf("QueryCounter: %s", gles.ErrorName(e))
		}
		return nil
	})
}
