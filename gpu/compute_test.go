package gpu

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/tensor"
)

const copySource = `#version 310 es
layout(local_size_x = 64) in;
layout(std430, binding = 0) readonly buffer Input { float x[]; };
layout(std430, binding = 1) writeonly buffer Output { float y[]; };
uniform int n;
void main() {
	int i = int(gl_GlobalInvocationID.x);
	if (i < n) y[i] = x[i];
}
`

// Sums 128 values a work group in shared memory.
const reduceSource = `#version 310 es
layout(local_size_x = 128) in;
layout(std430, binding = 0) readonly buffer Input { float x[]; };
layout(std430, binding = 1) writeonly buffer Output { float y[]; };
shared float s[128];
void main() {
	uint i = gl_LocalInvocationID.x;
	s[i] = x[gl_GlobalInvocationID.x];
	for (uint n = 64u; n > 0u; n >>= 1u) {
		memoryBarrierShared();
		barrier();
		if (i < n) s[i] += s[i + n];
	}
	if (i == 0u) y[gl_WorkGroupID.x] = s[0];
}
`

func TestCopy(t *testing.T) {
	d, r := openRecorded(t)
	src := make([]float32, 1001)
	for i := range src {
		src[i] = float32(i) / 3
	}
	must(t, d, func(gl gles.API) error {
		p, err := d.newProgram(gl, "copy.comp", "", copySource)
		if err != nil {
			return err
		}
		defer p.delete(gl)
		if p.workGroup != [3]int{64, 1, 1} {
			t.Errorf("work group %v", p.workGroup)
		}
		in, err := d.newBuffer(gl, storageBuffer, 4*len(src), "input")
		if err != nil {
			return err
		}
		defer in.delete(gl)
		out, err := d.newBuffer(gl, storageBuffer, 4*len(src), "output")
		if err != nil {
			return err
		}
		defer out.delete(gl)
		back, err := d.newReadback(gl, 4*len(src), "readback")
		if err != nil {
			return err
		}
		defer back.delete(gl)
		gl.UseProgram(p.id)
		gl.ProgramUniform1i(p.id, p.uniform(gl, "n"), int32(len(src)))
		in.bind(gl, 0)
		out.bind(gl, 1)
		got := make([]float32, len(src))
		part := make([]float32, 10)

		run := func() error {
			if err := in.fill(gl, 0, 4*300, true, func(m []byte) { copy(floatsOf(m), src[:300]) }); err != nil {
				return err
			}
			if err := in.fill(gl, 4*300, 4*200, false, func(m []byte) { copy(floatsOf(m), src[300:500]) }); err != nil {
				return err
			}
			if err := upload(gl, in, 4*500, src[500:]); err != nil {
				return err
			}
			gl.DispatchCompute(uint32((len(src)+63)/64), 1, 1)
			if err := back.start(gl, out, []span{{0, 4 * 600, 4 * 401}, {4 * 600, 4 * 401, 0}}, []*tensor.Tensor{nil, nil}); err != nil {
				return err
			}
			if err := back.wait(gl, time.Second); err != nil {
				return err
			}
			if err := back.read(gl, 4*len(src), func(m []byte) { copy(got[copy(got, floatsOf(m)[401:]):], floatsOf(m)) }); err != nil {
				return err
			}
			return download(gl, out, 4*100, part)
		}
		for range 3 {
			clear(got)
			if err := run(); err != nil {
				return err
			}
			if !slices.Equal(got, src) || !slices.Equal(part, src[100:110]) {
				return errors.New("the copy differs")
			}
		}
		if ready, err := back.ready(gl, 0); !ready || err != nil {
			t.Errorf("ready: %v, %v", ready, err)
		}
		// The recorder's counting does not allocate, so this is the transfers'.
		if a := testing.AllocsPerRun(10, func() { run() }); a != 0 {
			t.Errorf("a run allocates %v times", a)
		}
		return checkErrors(gl, "copy")
	})
	if got := r.Calls("DispatchCompute"); got != 14 {
		t.Errorf("%d launches", got)
	}
	for _, pair := range [][2]string{{"GenBuffer", "DeleteBuffer"}, {"CreateShader", "DeleteShader"},
		{"CreateProgram", "DeleteProgram"}, {"FenceSync", "DeleteSync"}, {"MapBufferRange", "UnmapBuffer"}} {
		if r.Calls(pair[0]) != r.Calls(pair[1]) {
			t.Errorf("%d %s, %d %s", r.Calls(pair[0]), pair[0], r.Calls(pair[1]), pair[1])
		}
	}
	if n := r.Calls("Finish"); n != 0 {
		t.Errorf("%d glFinish", n)
	}
}

// reduce sums in shared memory, three times, and checks the sums.
func reduce(t *testing.T, d *Device) {
	t.Helper()
	const groups = 33
	src := make([]float32, 128*groups)
	want := make([]float32, groups)
	for i := range src {
		src[i] = float32(i % 129)
		want[i/128] += src[i] // small whole numbers: any order gives the same
	}
	err := d.do(func(gl gles.API) error {
		p, err := d.newProgram(gl, "reduce.comp", "", reduceSource)
		if err != nil {
			return err
		}
		defer p.delete(gl)
		in, err := d.newBuffer(gl, storageBuffer, 4*len(src), "input")
		if err != nil {
			return err
		}
		defer in.delete(gl)
		out, err := d.newBuffer(gl, storageBuffer, 4*groups, "sums")
		if err != nil {
			return err
		}
		defer out.delete(gl)
		if err := upload(gl, in, 0, src); err != nil {
			return err
		}
		for range 3 {
			got := make([]float32, groups)
			if err := upload(gl, out, 0, got); err != nil {
				return err
			}
			gl.UseProgram(p.id)
			in.bind(gl, 0)
			out.bindRange(gl, 1, 0, 4*groups)
			gl.DispatchCompute(groups, 1, 1)
			if err := download(gl, out, 0, got); err != nil {
				return err
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("got %v, want %v", got, want)
			}
		}
		return checkErrors(gl, "reduce")
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReduce(t *testing.T) { reduce(t, openTest(t, Options{})) }

func TestUniformBuffer(t *testing.T) {
	d := openTest(t, Options{})
	must(t, d, func(gl gles.API) error {
		p, err := d.newProgram(gl, "uniforms.comp", "", `#version 310 es
layout(local_size_x = 1) in;
layout(std140, binding = 0) uniform Params { ivec4 v[2]; };
layout(std430, binding = 0) writeonly buffer Output { int y[]; };
void main() { y[0] = v[0].y + v[1].z; }
`)
		if err != nil {
			return err
		}
		defer p.delete(gl)
		u, err := d.newBuffer(gl, uniformBuffer, 32, "parameters")
		if err != nil {
			return err
		}
		defer u.delete(gl)
		out, err := d.newBuffer(gl, storageBuffer, 4, "output")
		if err != nil {
			return err
		}
		defer out.delete(gl)
		if err := upload(gl, u, 0, []int32{1, 20, 3, 4, 5, 6, 700, 8}); err != nil {
			return err
		}
		gl.UseProgram(p.id)
		u.bind(gl, 0)
		out.bind(gl, 0)
		gl.DispatchCompute(1, 1, 1)
		got := make([]int32, 1)
		if err := download(gl, out, 0, got); err != nil {
			return err
		}
		if got[0] != 720 {
			t.Errorf("got %d", got[0])
		}
		return checkErrors(gl, "uniforms")
	})
}

func TestProgramErrors(t *testing.T) {
	d := openTest(t, Options{Limits: &SpecMinimum})
	must(t, d, func(gl gles.API) error {
		_, err := d.newProgram(gl, "bad.comp", "fp16", strings.Replace(copySource, "y[i] = x[i]", "y[i] = z[i]", 1))
		var p *ProgramError
		if !errors.As(err, &p) {
			return fmt.Errorf("got %v", err)
		}
		t.Log(err)
		if !strings.HasPrefix(err.Error(), "gpu: compile bad.comp (fp16): ") || !strings.Contains(err.Error(), ">    8 | \tif (i < n) y[i] = z[i];") ||
			strings.Contains(err.Error(), "#version") {
			t.Errorf("got %v", err)
		}
		if l := p.Listing(); !strings.Contains(l, "   1 | #version 310 es") || !strings.Contains(l, "   9 | }") {
			t.Errorf("listing %s", l)
		}
		_, err = d.newProgram(gl, "big.comp", "", strings.Replace(copySource, "local_size_x = 64", "local_size_x = 64, local_size_y = 4", 1))
		if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "256 invocations") {
			t.Errorf("256 invocations: %v", err)
		}
		return checkErrors(gl, "programs")
	})
}

func TestLogLines(t *testing.T) {
	for log, want := range map[string]int{
		"0:12(5): error: `z' undeclared":  12, // Mesa
		"ERROR: 0:7: 'z' : undeclared":    7,  // Adreno, PowerVR, ANGLE
		"0:9: S0001: Undefined 'z'":       9,  // Mali
		"0(31) : error C1008: undefined":  31, // NVIDIA
		"warning first\n0:3(1): error: x": 3,
		"Compute shader failed":           0,
		"error at 12:30 o'clock":          0,
	} {
		got := 0
		if l := logLines(log); len(l) > 0 {
			got = l[0]
		}
		if got != want {
			t.Errorf("%q: line %d, want %d", log, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	got := excerpt("a\nb\nc\nd\ne\nf\ng\nh\n", []int{2, 8, 99}, 1)
	want := "     1 | a\n>    2 | b\n     3 | c\n   ...\n     7 | g\n>    8 | h"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestProgramBinary(t *testing.T) {
	d := openTest(t, Options{})
	if d.Info().ProgramBinaryFormats == 0 {
		t.Skip("no program binaries")
	}
	must(t, d, func(gl gles.API) error {
		p, err := d.newProgram(gl, "copy.comp", "", copySource)
		if err != nil {
			return err
		}
		format, bin := p.binary(gl)
		p.delete(gl)
		if len(bin) == 0 {
			t.Skip("the driver gives no binary")
		}
		q, err := d.programFromBinary(gl, "copy.comp", "", format, bin)
		if err != nil || q == nil || q.workGroup != [3]int{64, 1, 1} {
			t.Errorf("binary: %v, %v", q, err)
		}
		q.delete(gl)
		for _, bad := range [][]byte{nil, bin[:len(bin)/2], make([]byte, len(bin))} {
			if q, err := d.programFromBinary(gl, "copy.comp", "", format, bad); q != nil || err != nil {
				t.Errorf("bad binary: %v, %v", q, err)
			}
		}
		if q, err := d.programFromBinary(gl, "copy.comp", "", 1, bin); q != nil || err != nil {
			t.Errorf("bad format: %v, %v", q, err)
		}
		return checkErrors(gl, "binaries")
	})
}
