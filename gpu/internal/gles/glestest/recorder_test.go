package glestest

import (
	"reflect"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

var _ gles.API = (*Recorder)(nil)

// Every method of the interface must be counted under its own name and be
// stoppable, whatever is added to the interface later.
func TestRecorderCountsEveryCall(t *testing.T) {
	r := New(nil) // any call that gets through would panic
	api := reflect.TypeFor[gles.API]()
	for m := range api.Methods() {
		r.Inject(Fault{Call: m.Name})
	}
	r.Inject(Fault{Call: "GetError", Error: gles.OUT_OF_MEMORY})
	v := reflect.ValueOf(r)
	for m := range api.Methods() {
		if m.Name == "GetError" {
			continue // reaches the driver unless an error is pending
		}
		args := make([]reflect.Value, m.Type.NumIn())
		for i := range args {
			args[i] = reflect.Zero(m.Type.In(i))
		}
		v.MethodByName(m.Name).Call(args)
		if got := r.Calls(m.Name); got != 1 {
			t.Errorf("%s: counted %d times, want 1", m.Name, got)
		}
	}
	if got, want := r.Total(), api.NumMethod()-1; got != want {
		t.Errorf("total %d, want %d", got, want)
	}
	r.Reset()
	if r.Total() != 0 || len(r.Counts()) != 0 {
		t.Errorf("after Reset: total %d, counts %v", r.Total(), r.Counts())
	}
}

func TestRecorderFaults(t *testing.T) {
	r := New(NewFake())
	r.Inject(Fault{Call: "GenBuffer", Nth: 2, Error: gles.OUT_OF_MEMORY})
	if r.GenBuffer() == 0 || r.GetError() != gles.NO_ERROR {
		t.Error("first call failed")
	}
	if r.GenBuffer() != 0 || r.GetError() != gles.OUT_OF_MEMORY || r.GetError() != gles.NO_ERROR {
		t.Error("second call did not fail once")
	}
	if r.GenBuffer() == 0 {
		t.Error("third call failed")
	}

	r.Inject(Fault{Call: "CompileShader", Nth: 1, Log: "0:1: no"})
	s := r.CreateShader(gles.COMPUTE_SHADER)
	r.CompileShader(s)
	if r.GetShaderiv(s, gles.COMPILE_STATUS) != 0 || r.GetShaderInfoLog(s) != "0:1: no" {
		t.Error("shader compiled")
	}

	r.Inject(Fault{Call: "DispatchCompute", Lost: true})
	if r.GetGraphicsResetStatus() != gles.NO_ERROR {
		t.Error("lost too early")
	}
	r.DispatchCompute(1, 1, 1)
	if r.GetError() != gles.CONTEXT_LOST || r.GetGraphicsResetStatus() != gles.UNKNOWN_CONTEXT_RESET ||
		r.ClientWaitSync(1, 0, 0) != gles.WAIT_FAILED {
		t.Error("not lost")
	}
	r.Heal()
	if r.GetError() != gles.NO_ERROR || r.GenBuffer() == 0 {
		t.Error("not healed")
	}
}
