package gpu

import (
	"errors"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// The stages are within the run's time, in which the GPU was busy, and the run
// computes what any run does.
func TestStages(t *testing.T) {
	d := openTest(t, Options{})
	g, err := zoo.Build("shufflenet_v1_g3_0.25x", zoo.Options{Height: 64, Width: 64})
	if err != nil {
		t.Fatal(err)
	}
	s, out, in := compiled(t, d, g)
	want, err := s.Run(in...)
	if err != nil {
		t.Fatal(err)
	}
	e := executorOf(t, s)
	for range 3 {
		var at network.Stages
		start := time.Now()
		if err := e.RunStages(out, in, &at); err != nil && !errors.Is(err, network.ErrDisjoint) {
			t.Fatal(err)
		} else if err == nil && at.Busy <= 0 && d.Info().TimerQuery {
			t.Errorf("the GPU was busy for %v", at.Busy)
		}
		whole := time.Since(start)
		if sum := at.Upload + at.Submit + at.Wait + at.Readback; sum <= 0 || sum > whole {
			t.Errorf("%+v: %v in all, of %v", at, sum, whole)
		}
		if at.Busy > whole {
			t.Errorf("%+v: busy longer than %v", at, whole)
		}
		same(t, out, want)
	}
}

// disjoint is a driver whose GPU is always said to have changed its clock.
type disjoint struct{ gles.API }

func (d disjoint) GetIntegerv(name uint32, dst []int32) {
	d.API.GetIntegerv(name, dst)
	if name == gles.GPU_DISJOINT {
		dst[0] = 1
	}
}

// Times that the GPU's clock spoils are thrown away; what was computed is right.
func TestDisjoint(t *testing.T) {
	d := openTest(t, Options{wrap: func(gl gles.API) gles.API { return disjoint{gl} }})
	if !d.Info().TimerQuery {
		t.Skip("no GL_EXT_disjoint_timer_query")
	}
	s, out, in := compiled(t, d, twoHeads(t))
	want, err := s.Run(in...)
	if err != nil {
		t.Fatal(err)
	}
	e := executorOf(t, s)
	at := network.Stages{Busy: 5}
	if err := e.RunStages(out, in, &at); !errors.Is(err, network.ErrDisjoint) || at.Busy != 0 || at.Submit <= 0 {
		t.Errorf("stages %+v, %v", at, err)
	}
	same(t, out, want)
	if err := e.RunTimed(out, in, make([]time.Duration, len(s.Plan.Steps))); !errors.Is(err, network.ErrDisjoint) {
		t.Error(err)
	}
	same(t, out, want)
}

// Building programs again leaves the device's own as they are.
func TestTimePrograms(t *testing.T) {
	d := openTest(t, Options{})
	s, out, in := compiled(t, d, twoHeads(t))
	want, err := s.Run(in...)
	if err != nil {
		t.Fatal(err)
	}
	n, source, kept, err := d.TimePrograms(s.Plan)
	if err != nil || n < 2 || n > len(s.Plan.Steps) || source <= 0 || kept <= 0 && d.Info().ProgramBinaryFormats > 0 {
		t.Errorf("%d programs in %v and %v, %v", n, source, kept, err)
	}
	if err := s.RunInto(out, in); err != nil {
		t.Fatal(err)
	}
	same(t, out, want)
}

// A session holds at least its arena and weights, and more with a frame in flight.
func TestMemoryBytes(t *testing.T) {
	d := openTest(t, Options{})
	s, _, in := compiled(t, d, twoHeads(t))
	e := executorOf(t, s)
	one, err := e.MemoryBytes()
	least := s.Plan.ArenaBytes()
	if !e.arena.Texels { // a texture of weights has whole rows
		least += kernels.PageWidth * 16
	}
	if err != nil || one <= least {
		t.Errorf("%d bytes, the arena alone takes %d; %v", one, s.Plan.ArenaBytes(), err)
	}
	f := s.NewFrame()
	if err := s.Submit(f, in...); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Wait(); err != nil {
		t.Fatal(err)
	}
	if two, err := e.MemoryBytes(); err != nil || two <= one {
		t.Errorf("%d bytes with a frame, %d without; %v", two, one, err)
	}
}

// Photos that have been seen, of which what is cut away is left out, are textures until the next: of a run, and
// of each frame.
func TestMemoryOfPhotos(t *testing.T) {
	d := openTest(t, Options{})
	s, photos := seen(t, d, tensor.Preprocess{Width: 6, Height: 5})
	const width, height = 300, 200
	bytes := func() int64 {
		n, err := executorOf(t, s).MemoryBytes()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := bytes()
	if _, err := photos.Run(speckled(1, width, height)); err != nil {
		t.Fatal(err)
	}
	one := bytes()
	if one < before+2*width*height {
		t.Errorf("%d bytes before a photo, %d behind it", before, one)
	}
	f := s.NewFrame()
	if err := photos.Submit(f, speckled(2, width, height)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Wait(); err != nil {
		t.Fatal(err)
	}
	if two := bytes(); two < one+2*width*height {
		t.Errorf("%d bytes with a photo, %d with another in a frame", one, two)
	}
}
