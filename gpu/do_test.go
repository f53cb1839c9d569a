package gpu

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// api lends the device's GL, to be called in Do.
func api(t testing.TB, d *Device) gles.API {
	t.Helper()
	var lent gles.API
	must(t, d, func(gl gles.API) error { lent = gl; return nil })
	return lent
}

func TestDeviceDo(t *testing.T) {
	d := openTest(t, Options{})
	gl := api(t, d)
	if err := d.Do(func() error { return errFake }); err != errFake {
		t.Errorf("got %v", err)
	}
	var p *PanicError
	if err := d.Do(func() error { panic("oh") }); !errors.As(err, &p) {
		t.Errorf("got %v", err)
	}
	var g *GLError
	if err := d.Do(func() error { gl.BindBuffer(0x1234, 0); return nil }); !errors.As(err, &g) || g.Codes[0] != gles.INVALID_ENUM {
		t.Errorf("got %v", err)
	}
	if err := d.Do(func() error { gl.BindBuffer(0x1234, 0); return errFake }); err != errFake {
		t.Errorf("got %v", err)
	}
	if err := d.Do(func() error { return nil }); err != nil { // nothing is left of all that
		t.Error(err)
	}
	s, out, in := compiled(t, d, twoHeads(t))
	if thread() != 0 {
		for name, call := range map[string]func() error{
			"Do":    func() error { return d.Do(func() error { return nil }) },
			"Run":   func() error { return s.RunInto(out, in) },
			"Close": d.Close,
		} {
			if err := d.Do(call); err != ErrInsideDo {
				t.Errorf("%s inside Do: %v", name, err)
			}
		}
	}
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if err := d.Do(func() error { return nil }); err != ErrClosed {
		t.Errorf("after Close: %v", err)
	}
}

var errFake = errors.New("mine")

// Whatever state a program leaves, the next run is right.
func TestDoDisturbsNothing(t *testing.T) {
	d := openTest(t, Options{})
	gl := api(t, d)
	s, out, in := compiled(t, d, ofZoo(t, "shufflenet_v1_g3_0.25x", 32))
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	want := []*tensor.Tensor{out[0].Clone()}
	p := tensor.Preprocess{Width: 9, Height: 9, Scale: [3]float32{1, 1, 1}}
	img := photosOfAllTypes(3, 12, 10)[9]
	_, photos := seen(t, d, p)
	if _, err := photos.Run(img); err != nil {
		t.Fatal(err)
	}
	f := s.NewFrame()
	if err := s.Submit(f, in...); err != nil {
		t.Fatal(err)
	}
	err := d.Do(func() error {
		b, tex, smp := gl.GenBuffer(), gl.GenTexture(), gl.GenSampler()
		gl.SamplerParameteri(smp, gles.TEXTURE_MIN_FILTER, gles.LINEAR)
		for _, target := range []uint32{gles.COPY_READ_BUFFER, gles.COPY_WRITE_BUFFER, gles.PIXEL_UNPACK_BUFFER, gles.SHADER_STORAGE_BUFFER, gles.UNIFORM_BUFFER} {
			gl.BindBuffer(target, b)
		}
		gl.BufferData(gles.COPY_READ_BUFFER, 1<<16, nil, gles.DYNAMIC_COPY)
		for i := range uint32(4) {
			gl.BindBufferBase(gles.SHADER_STORAGE_BUFFER, i, b)
			gl.BindBufferBase(gles.UNIFORM_BUFFER, i, b)
		}
		for i := range uint32(6) {
			gl.ActiveTexture(gles.TEXTURE0 + i)
			gl.BindTexture(gles.TEXTURE_2D, tex)
			gl.BindSampler(i, smp)
		}
		gl.PixelStorei(gles.UNPACK_ALIGNMENT, 8)
		gl.PixelStorei(gles.UNPACK_ROW_LENGTH, 7)
		gl.PixelStorei(gles.UNPACK_SKIP_ROWS, 2)
		gl.PixelStorei(gles.UNPACK_SKIP_PIXELS, 1)
		gl.UseProgram(0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := photos.Run(img)
	if err != nil {
		t.Fatal(err)
	}
	wantSeen(t, got[0], p, img)
	if got, err = f.Wait(); err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	same(t, out, want)
}

// A program's shader reads what a run left on the GPU, where Outputs says.
func TestOutputsStayOnTheDevice(t *testing.T) {
	d, r := openRecorded(t)
	s, out, in := compiled(t, d, twoHeads(t))
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	outputs, err := Outputs(s)
	if err != nil {
		t.Fatal(err)
	}
	read := reader(t, d)
	check := func(i int, want *tensor.Tensor) {
		t.Helper()
		if diff := tensor.MaxDiff(read(outputs[i]), want); diff.Abs != 0 {
			t.Errorf("output %s: %v", outputs[i].Name, diff)
		}
	}
	others := random(rand.New(rand.NewPCG(1, 2)), in)
	wants, err := s.Run(others...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range outputs {
		check(i, wants[i])
	}
	if size := executorOf(t, s).arena.maps.size; size%16 != 0 {
		t.Errorf("the buffer has %d bytes", size)
	}

	// Nothing is brought to the CPU, and the run is waited for all the same.
	left := []*tensor.Tensor{network.OnDevice, network.OnDevice, network.OnDevice}
	calls, text := countCalls(t, r, func() error { return s.RunInto(left, in) })
	if calls["CopyBufferSubData"] != 0 || calls["MapBufferRange"] != len(in) || calls["ClientWaitSync"] != 1 {
		t.Errorf("a run whose outputs stay calls\n%s", text)
	}
	for i := range outputs {
		check(i, out[i])
	}

	// Some stay and some do not, in flight.
	f := s.NewFrame()
	f.Outputs[0], f.Outputs[2] = network.OnDevice, network.OnDevice
	if err := s.Submit(f, others...); err != nil {
		t.Fatal(err)
	}
	check(0, wants[0])
	got, err := f.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if got[0] != network.OnDevice || got[2] != network.OnDevice {
		t.Error("what stays was replaced")
	}
	same(t, got[1:2], wants[1:2])
	check(2, wants[2])

	// The CPU has no such place.
	c, err := network.Compile(cpu.New(cpu.Options{}), twoHeads(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := Outputs(c); !errors.Is(err, network.ErrUnsupported) {
		t.Errorf("Outputs of a CPU's session: %v", err)
	}
	left[1] = tensor.New(out[1].Shape...)
	if err := c.RunInto(left, in); err != nil {
		t.Fatal(err)
	}
	if diff := tensor.MaxDiff(left[1], out[1]); diff.Rel > 1e-5 {
		t.Error(diff)
	}
	s.Close()
	if _, err := Outputs(s); !errors.Is(err, network.ErrClosed) {
		t.Errorf("Outputs of a closed session: %v", err)
	}
}

// What a program's shader reads is not overwritten by the next run before it is read.
func TestOutputsAreReadInOrder(t *testing.T) {
	d := openTest(t, Options{})
	s, out, in := compiled(t, d, twoHeads(t))
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	outputs, err := Outputs(s)
	if err != nil {
		t.Fatal(err)
	}
	queue, fetch := gatherer(t, d)
	others := random(rand.New(rand.NewPCG(1, 2)), in)
	for range 5 {
		if err := s.RunInto([]*tensor.Tensor{network.OnDevice, network.OnDevice, network.OnDevice}, in); err != nil {
			t.Fatal(err)
		}
		queue(outputs[0])
		if executorOf(t, s).idle() {
			t.Error("the arena counts as free while the program's shader reads it")
		}
		if _, err := s.Run(others...); err != nil {
			t.Fatal(err)
		}
		same(t, []*tensor.Tensor{fetch(outputs[0])}, out[:1])
	}
}

// reader gives what a shader sees of an output.
func reader(t testing.TB, d *Device) func(Output) *tensor.Tensor {
	queue, fetch := gatherer(t, d)
	return func(o Output) *tensor.Tensor { queue(o); return fetch(o) }
}

// gatherer has a shader copy an output, element by element by the formula of Output;
// fetch brings the copy to the CPU.
func gatherer(t testing.TB, d *Device) (queue func(Output), fetch func(Output) *tensor.Tensor) {
	var p *program
	var copied *buffer
	must(t, d, func(gl gles.API) (err error) {
		if p, err = d.newProgram(gl, "gather.comp", "", `#version 310 es
layout(local_size_x = 1) in;
layout(std430, binding = 0) readonly buffer Arena { vec4 arena[]; };
layout(std430, binding = 1) writeonly buffer To { float to[]; };
layout(std430, binding = 2) readonly buffer Planes { int planes[]; };
uniform ivec4 size; // width, height, distance of rows
void main() {
	int i = int(gl_GlobalInvocationID.x);
	int at = planes[i / (size.x * size.y)] + i / size.x % size.y * size.z + i % size.x;
	to[i] = arena[at >> 2][at & 3];
}
`); err != nil {
			return err
		}
		copied, err = d.newBuffer(gl, storageBuffer, 1<<16, "copy")
		return err
	})
	gl := api(t, d)
	queue = func(o Output) {
		t.Helper()
		err := d.Do(func() error {
			planes, err := filled(d, gl, storageBuffer, o.View.Planes, "planes")
			if err != nil {
				return err
			}
			defer planes.delete(gl)
			gl.UseProgram(p.id)
			gl.ProgramUniform4i(p.id, p.uniform(gl, "size"), int32(o.View.Width), int32(o.View.Height), int32(o.View.RowStride), 0)
			gl.BindBufferBase(gles.SHADER_STORAGE_BUFFER, 0, o.Buffer)
			copied.bind(gl, 1)
			planes.bind(gl, 2)
			gl.DispatchCompute(uint32(o.View.Shape.Size()), 1, 1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	fetch = func(o Output) *tensor.Tensor {
		t.Helper()
		got := tensor.New(o.View.Shape...)
		if err := d.Do(func() error { return download(gl, copied, 0, got.Data) }); err != nil {
			t.Fatal(err)
		}
		return got
	}
	return queue, fetch
}
