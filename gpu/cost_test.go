package gpu

import (
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// Names as drivers give them.
func TestCostOfRenderers(t *testing.T) {
	for renderer, want := range map[string]string{
		"llvmpipe (LLVM 15.0.6, 256 bits)": "llvmpipe",
		"softpipe":                         "llvmpipe",
		"V3D 4.2":                          "v3d",
		"V3D 7.1.10.2":                     "v3d",
		"Mali-G52 (Panfrost)":              "mali-g52",
		"Mali-T860":                        "mali-t",
		"Mali-G610":                        "",
		"Mali-G57":                         "",
		"Adreno (TM) 640":                  "adreno",
		"FD630":                            "fd6",
		"Mesa Intel(R) UHD Graphics (TGL)": "intel",
		"NVIDIA Tegra X1":                  "tegra",
		"PowerVR Rogue GE8320":             "",
		"":                                 "",
	} {
		model := network.DefaultCost
		for _, f := range costs {
			if f.renderer == want {
				model = f.model
			}
		}
		if got := costOf(renderer); got != model {
			t.Errorf("%q: %+v, want %q's", renderer, got, want)
		}
	}
}

// On every kind of GPU ShuffleNet v1 1x with 3 groups takes at most two launches a unit
// and two more, and moves at most 1.5 times what it must. In fp16, where arithmetic is what
// takes time, its stem and pool may stay apart: a launch and a tenth more.
func TestEveryFamilyTakesTwoLaunchesAUnit(t *testing.T) {
	g, err := zoo.Build("shufflenet_v1_g3_1.0x", zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, renderer := range renderers() {
		for _, bytes := range []int{4, 2} {
			o := PlanOptionsFor(renderer)
			o.ElementBytes = bytes
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			launches, most := 34, 1.5
			if p.Steps[0].Kernel != network.ConvPooled && bytes == 2 {
				launches, most = 35, 1.6
			}
			if over := float64(p.Bytes) / float64(p.FloorBytes); len(p.Steps) > launches || over > most {
				t.Errorf("on %s, %d bytes an element: %d launches, %.2f times the least bytes", renderer, bytes, len(p.Steps), over)
			}
		}
	}
}

// renderers has a name for each model of costs and each family.
func renderers() []string {
	names := []string{"another", "Mali-G57", "AMD Radeon"}
	for _, f := range costs {
		names = append(names, f.renderer)
	}
	return names
}

// On every kind of GPU ShuffleNet's 55 layers take fewer launches, and all that is
// fused has a kernel.
func TestEveryFamilyPlansAndAssembles(t *testing.T) {
	for _, name := range []string{"shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_0.25x"} {
		g, err := zoo.Build(name, zoo.Options{Blank: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, renderer := range renderers() {
			o := PlanOptionsFor(renderer)
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatalf("%s on %s: %v", name, renderer, err)
			}
			if len(p.Steps) > 46 {
				t.Errorf("%s on %s: %d launches", name, renderer, len(p.Steps))
			}
			t.Logf("%s on %s: %d launches, %.2f MB", name, renderer, len(p.Steps), float64(p.Bytes)/1e6)
			var stored kernels.Storage
			if o.Cost == softwareCost { // which keeps more than fits into shared memory
				stored = holding(kernels.Storage{Texture: true, Images: true}, p)
			}
			if _, _, err := kernels.Assemble(p, &kernels.SpecMinimum, tuningFor(&Info{Renderer: renderer}), stored); err != nil {
				t.Errorf("%s on %s: %v", name, renderer, err)
			}
		}
	}
}
