package gpu

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// resetDriver is a driver that resets the GPU at its next launch: the launch is not done, fences
// pass all the same, and it tells once.
type resetDriver struct {
	gles.API
	next, reset, told bool
}

func (r *resetDriver) DispatchCompute(x, y, z uint32) {
	r.reset = r.reset || r.next
	if !r.reset {
		r.API.DispatchCompute(x, y, z)
	}
}

func (r *resetDriver) GetGraphicsResetStatus() uint32 {
	if r.reset && !r.told {
		r.told = true
		return gles.GUILTY_CONTEXT_RESET
	}
	return gles.NO_ERROR
}

// A run that the GPU was reset in has no results, and no run has any after it.
func TestReset(t *testing.T) {
	for _, m := range []Maps{MapsBuffer, MapsTexture} {
		for way, run := range map[string]func(*network.Session, *network.Frame, []*tensor.Tensor) error{
			"run": func(s *network.Session, _ *network.Frame, in []*tensor.Tensor) error {
				_, err := s.Run(in...)
				return err
			},
			"on the device": func(s *network.Session, _ *network.Frame, in []*tensor.Tensor) error {
				return s.RunInto(slices.Repeat([]*tensor.Tensor{network.OnDevice}, len(s.Plan.Outputs)), in)
			},
			"frame": func(s *network.Session, f *network.Frame, in []*tensor.Tensor) error {
				if err := s.Submit(f, in...); err != nil {
					return err
				}
				_, err := f.Wait()
				return err
			},
			"stages": func(s *network.Session, _ *network.Frame, in []*tensor.Tensor) error {
				return executorOf(t, s).RunStages(s.NewOutputs(), in, &network.Stages{})
			},
		} {
			t.Run(fmt.Sprint(m, " ", way), func(t *testing.T) {
				var r *resetDriver
				d := openTest(t, Options{Maps: m, wrap: func(gl gles.API) gles.API { r = &resetDriver{API: gl}; return r }})
				s, _, in := compiled(t, d, twoHeads(t))
				f := s.NewFrame()
				if err := run(s, f, in); err != nil {
					t.Fatal(err)
				}
				r.next = true
				for i := range 3 {
					if err := run(s, f, in); !errors.Is(err, ErrContextLost) || !strings.Contains(err.Error(), "GL_GUILTY_CONTEXT_RESET") {
						t.Errorf("run %d from the reset on: %v", i, err)
					}
				}
				if _, err := network.Compile(d, twoHeads(t)); !errors.Is(err, ErrContextLost) {
					t.Errorf("a session made later: %v", err)
				}
			})
		}
	}
}

// Each call of GL that a session makes fails once: the user is told, nothing panics or is left
// behind, and the next session works.
func TestEveryCallFails(t *testing.T) {
	const most = 6 // calls of a name
	for _, m := range []Maps{MapsBuffer, MapsTexture, MapsTextureBuffer} {
		t.Run(m.String(), func(t *testing.T) {
			d, r := openRecordedWith(t, Options{Maps: m, NoSelfTest: true})
			g, in := twoHeads(t), []*tensor.Tensor(nil)
			session := func() error {
				s, err := network.Compile(d, g)
				if err != nil {
					return err
				}
				defer s.Close()
				if in == nil {
					for _, i := range s.Plan.Inputs {
						in = append(in, tensor.New(i.View.Shape...))
					}
				}
				if _, err := s.Run(in...); err != nil {
					return err
				}
				f := s.NewFrame()
				if err := s.Submit(f, in...); err != nil {
					return err
				}
				_, err = f.Wait()
				return err
			}
			if err := session(); errors.Is(err, ErrMaps) {
				t.Skip(err)
			} else if err != nil {
				t.Fatal(err)
			}
			r.Reset()
			if err := session(); err != nil {
				t.Fatal(err)
			}
			for call, n := range r.Counts() {
				if strings.HasPrefix(call, "Delete") || strings.HasPrefix(call, "Get") {
					continue
				}
				for i := range min(n, most) {
					r.Reset()
					r.Inject(glestest.Fault{Call: call, Nth: i + 1, Error: gles.OUT_OF_MEMORY})
					err := session()
					var panicked *PanicError
					if err == nil || errors.As(err, &panicked) || call != "UnmapBuffer" && !errors.Is(err, ErrOutOfMemory) {
						t.Errorf("no memory at %s %d: %v", call, i+1, err)
					}
					counts := r.Counts()
					for made, deleted := range map[string]string{"GenBuffer": "DeleteBuffer", "GenTexture": "DeleteTexture", "FenceSync": "DeleteSync"} {
						if made != call && counts[made] != counts[deleted] {
							t.Errorf("no memory at %s %d: %d times %s, %d times %s", call, i+1, counts[made], made, counts[deleted], deleted)
						}
					}
					r.Heal()
					if err := session(); err != nil {
						t.Errorf("after no memory at %s %d: %v", call, i+1, err)
					}
				}
			}
		})
	}
}
