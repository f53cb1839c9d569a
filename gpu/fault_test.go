package gpu

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
)

// Needs no driver: the device is only its limits.
func TestFaults(t *testing.T) {
	d := &Device{info: Info{Limits: SpecMinimum}}
	makeBuffer := func(gl gles.API) error {
		b, err := d.newBuffer(gl, storageBuffer, 4096, "weights of conv1")
		b.delete(gl)
		return err
	}
	makeProgram := func(gl gles.API) error {
		p, err := d.newProgram(gl, "x.comp", "v4", "line one\nline two\n")
		p.delete(gl)
		return err
	}
	transfer := func(do func(gl gles.API, b *buffer) error) func(gl gles.API) error {
		return func(gl gles.API) error {
			b, err := d.newBuffer(gl, storageBuffer, 64, "scores")
			if err != nil {
				return err
			}
			defer b.delete(gl)
			return do(gl, b)
		}
	}
	read := transfer(func(gl gles.API, b *buffer) error { return download(gl, b, 0, make([]float32, 16)) })
	write := transfer(func(gl gles.API, b *buffer) error { return b.fill(gl, 0, 64, true, func([]byte) {}) })
	wait := func(gl gles.API) error {
		var f fence
		defer f.delete(gl)
		if err := f.place(gl); err != nil {
			return err
		}
		return f.wait(gl, 20*time.Millisecond)
	}

	for _, c := range []struct {
		name string
		work func(gles.API) error
		f    glestest.Fault
		is   error
		says string
	}{
		{"out of memory", makeBuffer, glestest.Fault{Call: "BufferData", Nth: 1, Error: gles.OUT_OF_MEMORY}, ErrOutOfMemory, "gpu: buffer of 4096 bytes for weights of conv1: GL_OUT_OF_MEMORY"},
		{"lost in BufferData", makeBuffer, glestest.Fault{Call: "BufferData", Lost: true}, ErrContextLost, "GL_CONTEXT_LOST"},
		{"compile", makeProgram, glestest.Fault{Call: "CompileShader", Log: "0:2(1): error: no"}, nil, "gpu: compile x.comp (v4): 0:2(1): error: no\n     1 | line one\n>    2 | line two"},
		{"compile, no log", makeProgram, glestest.Fault{Call: "CompileShader"}, nil, "gpu: compile x.comp (v4): the driver gives no reason"},
		{"no shader", makeProgram, glestest.Fault{Call: "CreateShader"}, nil, "glCreateShader failed"},
		{"link", makeProgram, glestest.Fault{Call: "LinkProgram", Log: "too many"}, nil, "gpu: link x.comp (v4): too many"},
		{"lost in compile", makeProgram, glestest.Fault{Call: "CompileShader", Lost: true}, ErrContextLost, "compile x.comp (v4)"},
		{"map for reading", read, glestest.Fault{Call: "MapBufferRange", Error: gles.OUT_OF_MEMORY}, ErrOutOfMemory, "gpu: download scores"},
		{"map, no reason", read, glestest.Fault{Call: "MapBufferRange"}, nil, "gpu: download scores: the driver could not map the buffer"},
		{"map for writing", write, glestest.Fault{Call: "MapBufferRange", Error: gles.INVALID_OPERATION}, nil, "gpu: upload scores: GL_INVALID_OPERATION"},
		{"unmap", read, glestest.Fault{Call: "UnmapBuffer"}, nil, "lost the buffer's contents"},
		{"lost in read", read, glestest.Fault{Call: "MapBufferRange", Lost: true}, ErrContextLost, "download scores"},
		{"no fence", wait, glestest.Fault{Call: "FenceSync"}, nil, "gpu: fence"},
		{"fence times out", wait, glestest.Fault{Call: "ClientWaitSync", Result: gles.TIMEOUT_EXPIRED}, ErrTimeout, "after 20ms"},
		{"fence fails", wait, glestest.Fault{Call: "ClientWaitSync", Error: gles.INVALID_VALUE}, nil, "gpu: wait: GL_INVALID_VALUE"},
		{"lost while waiting", wait, glestest.Fault{Call: "ClientWaitSync", Result: gles.TIMEOUT_EXPIRED, Lost: true}, ErrContextLost, "wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := glestest.New(glestest.NewFake())
			if err := c.work(r); err != nil {
				t.Fatalf("without fault: %v", err)
			}
			r.Reset()
			r.Inject(c.f)
			err := c.work(r)
			if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v\nwant %q", err, c.says)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "gpu: ") {
				t.Errorf("no prefix: %v", err)
			}
			for _, pair := range [][2]string{{"GenBuffer", "DeleteBuffer"}, {"CreateProgram", "DeleteProgram"}} {
				if r.Calls(pair[0]) != r.Calls(pair[1]) {
					t.Errorf("leak: %v", r.Counts())
				}
			}
		})
	}
}

func TestBufferChecks(t *testing.T) {
	d := &Device{info: Info{Limits: SpecMinimum}}
	gl := glestest.NewFake()
	for _, size := range []int{0, -1} {
		if _, err := d.newBuffer(gl, storageBuffer, size, "x"); err == nil {
			t.Errorf("made a buffer of %d bytes", size)
		}
	}
	b, err := d.newBuffer(gl, storageBuffer, 16, "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		offset, n int
		ok        bool
	}{{0, 4, true}, {12, 1, true}, {16, 0, true}, {0, 0, true}, {13, 1, false}, {0, 5, false}, {-4, 1, false}, {20, 0, false}, {math.MaxInt - 3, 1, false}} {
		src := make([]float32, c.n)
		for name, err := range map[string]error{"upload": upload(gl, b, c.offset, src),
			"fill": b.fill(gl, c.offset, 4*c.n, true, func([]byte) {}), "download": download(gl, b, c.offset, src)} {
			if (err == nil) != c.ok {
				t.Errorf("%s of %d at %d: %v", name, c.n, c.offset, err)
			}
		}
	}
}

// A context that is lost for good must not hang a device.
func TestLostDevice(t *testing.T) {
	d, r := openRecorded(t)
	r.Inject(glestest.Fault{Call: "DispatchCompute", Lost: true})
	err := d.do(func(gl gles.API) error {
		gl.DispatchCompute(1, 1, 1)
		return checkErrors(gl, "run")
	})
	if !errors.Is(err, ErrContextLost) {
		t.Errorf("got %v", err)
	}
	if err := d.do(func(gl gles.API) error { var f fence; return f.place(gl) }); !errors.Is(err, ErrContextLost) {
		t.Errorf("later: %v", err)
	}
}
