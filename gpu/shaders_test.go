package gpu

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/shaders"
)

// others are the ways to keep maps and weights beside the default.
var others = []kernels.Storage{{Texture: true}, {Texels: true}, {Halves: true, Texels: true}, {Halves: true}, {Halves: true, Texture: true, Truncates: true},
	{Halves: true, Products: true, Texture: true, Truncates: true}}

// oneOfEach has a renderer for each way that families differ in.
var oneOfEach = []string{"a GPU", "llvmpipe", "V3D 4.2", "Mali-G52", "Mali-G57", "Adreno (TM) 640", "AMD Radeon"}

// Every family's defaults are those of a renderer above.
func TestOneOfEach(t *testing.T) {
	for _, f := range kernels.Families {
		if !slices.ContainsFunc(oneOfEach, func(r string) bool {
			return reflect.DeepEqual(tuningFor(&Info{Renderer: r}), f.Tuning)
		}) {
			t.Errorf("no renderer has the defaults of %s", f.Name)
		}
	}
}

// programs collects every distinct program that the conformance cases, the zoo's
// networks and the probes use, by the defaults of each family. It needs no device. Kernels do
// not see how maps are kept, so for other ways than the default, and other families than that
// of unknown GPUs, it takes only some cases, planned as is usual and for GPUs; in make lint all.
func programs(t *testing.T) []shaders.Program {
	t.Helper()
	found := map[shaders.Program]bool{}
	lint := os.Getenv("SHUFFLEGL_LINT") != ""
	var finding sync.Mutex
	plan := func(g *network.Graph, o network.PlanOptions, stored ...kernels.Storage) {
		p, err := network.NewPlan(g, o)
		if err != nil {
			t.Error(err)
			return
		}
		for n, renderer := range oneOfEach {
			if n > 0 && len(stored) == 0 && !lint {
				break
			}
			for _, s := range append(stored, kernels.Storage{}) {
				i := &Info{Renderer: renderer, Precision: precisionOf(s), Limits: newer()}
				byImage := tuningFor(i).ByImage
				byDefault := !s.Texels && s.Texture == (mapsFor(i) == MapsTexture)
				if n > 0 && !byDefault && !(s.Texels && byImage) {
					continue
				}
				if s.Images = byImage && !s.Texels; i.behind(s) {
					s = holding(s, p)
				}
				if s.Products {
					i.Precision = Float16Arithmetic
				}
				dispatches, _, err := kernels.Assemble(p, &kernels.SpecMinimum, tuningFor(i), s)
				if err != nil {
					t.Error(err)
					return
				}
				finding.Lock()
				for _, d := range dispatches {
					found[d.Program] = true
				}
				finding.Unlock()
			}
		}
	}
	var all sync.WaitGroup
	running := make(chan bool, runtime.NumCPU())
	each := func(build func() (*network.Graph, error), plans func(g *network.Graph)) {
		running <- true
		all.Go(func() {
			defer func() { <-running }()
			if g, err := build(); err != nil {
				t.Error(err)
			} else {
				plans(g)
			}
		})
	}
	for i, c := range conformance.Cases() {
		each(c.Graph, func(g *network.Graph) {
			for _, o := range append((conformance.Options{}).Plans(), conformance.FusedPlans(PlanOptions())...) {
				o.Align = PlanOptions().Align
				if lint {
					plan(g, o, others...)
				} else {
					plan(g, o)
				}
			}
			if i%4 == 0 {
				plan(g, PlanOptions(), others...)
			}
		})
	}
	for _, name := range zoo.Names() {
		o := zoo.Options{Blank: true}
		if !slices.Contains(zoo.Light(), name) {
			o.Height, o.Width = 64, 64 // their weights at full size are beyond the minimum
		}
		each(func() (*network.Graph, error) { return zoo.Build(name, o) }, func(g *network.Graph) {
			plan(g, network.PlanOptions{Align: PlanOptions().Align})
			if lint || slices.Contains(zoo.Light(), name) {
				plan(g, PlanOptions(), others...)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for _, s := range append(others, kernels.Storage{}) {
		for k := range kernels.PictureKinds {
			found[s.Compiled(kernels.PreprocessProgram(k))] = true
		}
		if s.Texture {
			found[downloadProgram(s)] = true
		}
	}
	for _, p := range probes() {
		for _, e := range p.ways {
			if e.program != (shaders.Program{}) {
				found[e.program] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b shaders.Program) int { return strings.Compare(a.Label(), b.Label()) })
}

// glslangValidator, which is stricter than most drivers, accepts every variant.
func TestShadersValidate(t *testing.T) {
	if os.Getenv("SHUFFLEGL_LINT") == "" {
		t.Skip("make lint runs it")
	}
	validator, err := exec.LookPath("glslangValidator")
	if err != nil {
		t.Fatal(err, "(glslang-tools has it)")
	}
	all := programs(t)
	var wait sync.WaitGroup
	for some := range slices.Chunk(all, ceilDiv(len(all), runtime.NumCPU())) {
		wait.Go(func() {
			dir, args, label := t.TempDir(), []string{}, map[string]string{}
			for i, p := range some {
				file := filepath.Join(dir, fmt.Sprintf("%03d.comp", i))
				label[file] = p.Label()
				args = append(args, file)
				if err := os.WriteFile(file, []byte(p.Source()), 0o600); err != nil {
					t.Error(err)
					return
				}
			}
			out, err := exec.Command(validator, args...).CombinedOutput()
			if err == nil {
				t.Logf("%d variants", len(args))
				return
			}
			// The output names a file, then its faults.
			for _, line := range strings.Split(string(out), "\n") {
				if name, ok := label[line]; ok {
					line = name
				}
				t.Log(line)
			}
			t.Error(err)
		})
	}
	wait.Wait()
}

// Every kernel file is used, and no variant declares more than OpenGL ES 3.1
// guarantees, or 3.2 if it reads texture buffers.
func TestShadersStayInSpecMinimum(t *testing.T) {
	racing.Skip(t)
	if testing.Short() {
		t.Skip("takes a minute")
	}
	used := map[string]bool{}
	shared := 0
	all := programs(t)
	resources := make([]shaders.Resources, len(all))
	var reading sync.WaitGroup
	for part := range runtime.NumCPU() {
		reading.Go(func() {
			for i := part; i < len(all); i += runtime.NumCPU() {
				var err error
				if resources[i], err = all[i].Resources(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	reading.Wait()
	for i, p := range all {
		used[p.File] = true
		r := resources[i]
		least, macros := SpecMinimum, strings.Fields(p.Variant())
		if slices.Contains(macros, "BY_TEXELS") {
			least = newer()
		}
		if slices.Contains(macros, "EXTERNAL") && slices.Equal(r.Extensions, []string{externalExtension}) {
			r.Extensions = nil // only built for photos that are such textures
		}
		for _, what := range least.Exceeded(&r) {
			t.Errorf("%s: %s", p.Label(), what)
		}
		if r.StorageBlocks == 0 || r.UniformBlockBytes < 16 {
			t.Errorf("%s: %+v cannot be right", p.Label(), r)
		}
		shared = max(shared, r.SharedBytes)
	}
	if shared != SpecMinimum.SharedMemory {
		t.Errorf("at most %d bytes of shared memory; the fused convolution takes %d", shared, SpecMinimum.SharedMemory)
	}
	for _, file := range shaders.Files() {
		if !used[file] {
			t.Errorf("no case uses %s", file)
		}
	}
}

// Without options every family runs inside what OpenGL ES 3.1 guarantees, without
// extensions, whatever more the device has.
func TestDefaultsStayInSpecMinimum(t *testing.T) {
	for _, limits := range []Limits{SpecMinimum, newer()} {
		if limits.TextureBufferSize > 0 {
			limits.TextureBufferSize = 1 << 27 // as devices have them, so that maps fit
		}
		for _, renderer := range oneOfEach {
			for _, precision := range []Precision{Float32, Float16, Float16Arithmetic} {
				d := &Device{info: Info{Renderer: renderer, Precision: precision, Limits: limits}, auto: true}
				d.info.Maps = mapsFor(&d.info)
				for _, name := range []string{"shufflenet_v1_g3_0.25x", "squeezenet_1.1"} {
					g, err := zoo.Build(name, zoo.Options{Blank: true})
					if err != nil {
						t.Fatal(err)
					}
					p, err := network.PlanFor(d, g)
					if err != nil {
						t.Fatal(err)
					}
					ds, _, err := d.assemble(p, d.variants())
					if err != nil {
						t.Fatal(err)
					}
					reports, _, _, err := launchesOf(ds)
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range reports {
						for _, what := range r.Beyond {
							t.Errorf("%s, %v, OpenGL ES %d.%d: %s (%s): %s", renderer, precision, limits.Version/10, limits.Version%10, r.File, r.Variant, what)
						}
					}
				}
			}
		}
	}
}

// One thing too many is said, each in its words.
func TestExceeded(t *testing.T) {
	least := shaders.Resources{WorkGroup: [3]int{64, 2, 1}, SharedBytes: 16384, StorageBlocks: 4, StorageBindings: 4,
		UniformBlocks: 12, UniformBlockBytes: 16384, UniformComponents: 512, Samplers: 16, Images: 4, ImageUnits: 4, Version: 310}
	if got := SpecMinimum.Exceeded(&least); len(got) != 0 {
		t.Errorf("the minimum itself: %q", got)
	}
	for want, change := range map[string]func(r *shaders.Resources){
		"130 invocations a work group, at most 128":       func(r *shaders.Resources) { r.WorkGroup = [3]int{65, 2, 1} },
		"65 invocations along z, at most 64":              func(r *shaders.Resources) { r.WorkGroup = [3]int{1, 1, 65} },
		"16400 bytes of shared memory, at most 16384":     func(r *shaders.Resources) { r.SharedBytes = 16400 },
		"5 storage blocks, at most 4":                     func(r *shaders.Resources) { r.StorageBlocks = 5 },
		"5 storage binding points, at most 4":             func(r *shaders.Resources) { r.StorageBindings = 5 },
		"13 uniform blocks, at most 12":                   func(r *shaders.Resources) { r.UniformBlocks = 13 },
		"16400 bytes in a uniform block, at most 16384":   func(r *shaders.Resources) { r.UniformBlockBytes = 16400 },
		"513 uniforms outside blocks, at most 512":        func(r *shaders.Resources) { r.UniformComponents = 513 },
		"17 textures, at most 16":                         func(r *shaders.Resources) { r.Samplers = 17 },
		"17 texture units, at most 16":                    func(r *shaders.Resources) { r.TextureUnits = 17 },
		"5 images, at most 4":                             func(r *shaders.Resources) { r.Images = 5 },
		"8 image units, at most 4":                        func(r *shaders.Resources) { r.ImageUnits = 8 },
		"the language of OpenGL ES 3.2":                   func(r *shaders.Resources) { r.Version = 320 },
		"the extension GL_EXT_shader_explicit_arithmetic": func(r *shaders.Resources) { r.Extensions = []string{"GL_EXT_shader_explicit_arithmetic"} },
	} {
		r := least
		change(&r)
		if got := SpecMinimum.Exceeded(&r); !slices.Equal(got, []string{want}) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
