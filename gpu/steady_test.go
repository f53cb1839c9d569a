package gpu

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// twoHeads has two inputs, and outputs that do not lie side by side.
func twoHeads(t testing.TB) *network.Graph {
	t.Helper()
	b := network.NewBuilder("two heads")
	x, y := b.Input("x", 1, 6, 7, 7), b.Input("y", 1, 6, 7, 7)
	w := tensor.New(6, 2, 1, 1)
	for i := range w.Data {
		w.Data[i] = float32(i%5) - 2
	}
	z := b.Apply("sum", network.Binary{Fn: network.FnAdd}, x, y)
	conv := b.Apply("conv", network.Conv{Window: network.Square(1, 1, 0), Groups: 3}, z, b.Const("w", w))
	pool := b.Apply("pool", network.Pool{Window: network.Square(3, 2, 1)}, conv)
	g, err := b.Build(conv, b.Apply("global", network.GlobalPool{Reduce: network.Average}, pool), z)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// compiled is a network on a recorded device, with inputs and outputs for it.
func compiled(t testing.TB, d *Device, g *network.Graph) (s *network.Session, out, in []*tensor.Tensor) {
	t.Helper()
	s, err := network.Compile(d, g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for i, v := range s.Plan.Inputs {
		x := tensor.New(v.View.Shape...)
		for j := range x.Data {
			x.Data[j] = float32((j*7+i)%23) / 8
		}
		in = append(in, x)
	}
	return s, s.NewOutputs(), in
}

func ofZoo(t testing.TB, name string, size int) *network.Graph {
	t.Helper()
	g, err := zoo.Build(name, zoo.Options{Height: size, Width: size})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// countCalls is what one call of f costs, one line a kind of GL call.
func countCalls(t testing.TB, r *glestest.Recorder, f func() error) (calls map[string]int, text string) {
	t.Helper()
	r.Reset()
	if err := f(); err != nil {
		t.Fatal(err)
	}
	calls = r.Counts()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		fmt.Fprintf(&b, "%s %d\n", name, calls[name])
	}
	return calls, b.String()
}

// A run in the steady state binds what a launch needs and dispatches it, with
// barriers in between, and does nothing else: it makes no object but the fence's
// (which is how OpenGL ES waits for a part of the work), it waits once however
// many outputs there are, it never asks for a glFinish, and for errors once.
func TestSteadyState(t *testing.T) {
	for _, where := range []Maps{MapsBuffer, MapsTexture, MapsTextureBuffer} {
		t.Run(where.String(), func(t *testing.T) { steadyState(t, Options{Maps: where}) })
	}
	t.Run("twins of weights", func(t *testing.T) { // which stay bound
		steadyState(t, Options{Precision: Float16, Maps: MapsTexture, like: "Mali-G52"})
	})
}

func steadyState(t *testing.T, o Options) {
	where := o.Maps
	d, r := openRecordedWith(t, o)
	for name, g := range map[string]*network.Graph{
		"two heads":             twoHeads(t),
		"shufflenet_v1_g3_0.5x": ofZoo(t, "shufflenet_v1_g3_0.5x", 64),
		"squeezenet_1.1":        ofZoo(t, "squeezenet_1.1", 64),
	} {
		t.Run(name, func(t *testing.T) {
			s, out, in := compiled(t, d, g)
			run := func() error { return s.RunInto(out, in) }
			countCalls(t, r, run)
			calls, text := countCalls(t, r, run)
			t.Log("\n" + text)

			e := executorOf(t, s)
			n, outputs, inputs := len(e.launches), len(out), len(in)
			programs, pages, streams, barriers := 0, 0, 0, 0
			program, page := e.launches[n-1].program, uint32(0)
			for _, l := range e.launches { // the last page read is bound as a run begins
				if l.page != 0 {
					page = l.page
				}
			}
			twins := false
			for _, l := range e.launches {
				twins = twins || l.twins[0] != 0
				if l.program != program {
					program, programs = l.program, programs+1
				}
				if l.page != 0 && l.page != page {
					page, pages = l.page, pages+1
				}
				if l.weightsSize > 0 {
					streams++
				}
				if l.barrier {
					barriers++
				}
			}
			if name == "squeezenet_1.1" && twins != (o.like == "Mali-G52") {
				t.Errorf("twins of weights: %t", twins)
			}
			want := map[string]int{
				"BindBufferRange": n + streams, "UseProgram": programs, "BindTexture": pages,
				"DispatchCompute": n, "MemoryBarrier": barriers + 1,
				"BindBuffer": inputs + 3, "MapBufferRange": inputs + 1, "UnmapBuffer": inputs + 1,
				"CopyBufferSubData": outputs,
				"FenceSync":         1, "ClientWaitSync": 1, "DeleteSync": 1, "GetError": 1, "GetGraphicsResetStatus": 1,
			}
			if where == MapsTexture { // inputs go to the texture, outputs lie in a buffer
				want["BindBuffer"], want["MapBufferRange"], want["UnmapBuffer"] = 3, 1, 1
				want["MemoryBarrier"] += inputs
				want["ActiveTexture"] = 2 * inputs
				want["BindTexture"] += inputs
				if e.arena.Images {
					want["BindTexture"], want["BindImageTexture"] = inputs, pages
				}
				if n := calls["TexSubImage2D"]; n < inputs || n > 3*inputs {
					t.Errorf("%d rectangles for %d inputs", n, inputs)
				}
				delete(calls, "TexSubImage2D")
			}
			if streams == 1 { // bound since the first run
				want["BindBufferRange"]--
			}
			maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
			if !maps.Equal(calls, want) {
				t.Errorf("a run calls\n%s\nwant %v", text, want)
			}
			if a := testing.AllocsPerRun(10, func() { run() }); a != 0 {
				t.Errorf("a run allocates %v times", a)
			}
		})
	}
}

// The calls of one run of a ShuffleNet, to see in a diff what a change costs.
func TestSteadyStateGolden(t *testing.T) {
	d, r := openRecorded(t)
	s, out, in := compiled(t, d, ofZoo(t, "shufflenet_v1_g3_1.0x", 64))
	run := func() error { return s.RunInto(out, in) }
	countCalls(t, r, run)
	_, text := countCalls(t, r, run)
	// 34 launches, 33 barriers between them, and what it takes to bring tensors in and out.
	const want = `BindBuffer 4
BindBufferRange 34
ClientWaitSync 1
CopyBufferSubData 1
DeleteSync 1
DispatchCompute 34
FenceSync 1
GetError 1
GetGraphicsResetStatus 1
MapBufferRange 2
MemoryBarrier 34
UnmapBuffer 2
UseProgram 34
`
	if text != want {
		t.Errorf("a run calls\n%s\nwant\n%s", text, want)
	}
}

// Two networks that share a device take turns with what is bound.
func TestTwoNetworksOnADevice(t *testing.T) {
	d, r := openRecorded(t)
	a, outA, inA := compiled(t, d, twoHeads(t))
	b, outB, inB := compiled(t, d, ofZoo(t, "shufflenet_v1_g3_0.25x", 32))
	first := func(out []*tensor.Tensor) []*tensor.Tensor {
		var all []*tensor.Tensor
		for _, o := range out {
			all = append(all, o.Clone())
		}
		return all
	}
	var wantA, wantB []*tensor.Tensor
	for round := range 4 {
		countCalls(t, r, func() error { return a.RunInto(outA, inA) })
		if round%2 == 1 { // something else in between
			if _, err := b.Run(inB...); err != nil {
				t.Fatal(err)
			}
			if err := d.do(noWork); err != nil {
				t.Fatal(err)
			}
		}
		countCalls(t, r, func() error { return b.RunInto(outB, inB) })
		if round == 0 {
			wantA, wantB = first(outA), first(outB)
		}
		same(t, outA, wantA)
		same(t, outB, wantB)
	}
	// A session that is closed, and a new one in whose buffers' names it may live on.
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	c, outC, inC := compiled(t, d, ofZoo(t, "shufflenet_v1_g3_0.25x", 32))
	if err := c.RunInto(outC, inC); err != nil {
		t.Fatal(err)
	}
	same(t, outC, wantB)
}
