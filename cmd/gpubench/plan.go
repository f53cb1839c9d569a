package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
)

func planCommand() command {
	return command{
		name:    "plan",
		summary: "print the launches that a model becomes",
		about: "One line a launch; a bar in front of it is a barrier. \"over\" are the kilobytes above what\n" +
			"it must move: weights once, and each unit's input and output once. No device is needed;\n" +
			"with -device it is the plan for the GPU here, and the variants that it would be run by.\n" +
			"-fuse has launches of some kinds fused wherever that can be, not where it should pay.",
		examples: []string{
			"plan -model shufflenet_v1_g8_0.5x -format json",
			"plan -renderer V3D -fuse depthwise+unit",
		},
		define: func(f *flag.FlagSet) action {
			var m modelFlags
			m.define(f, defaultModel, false)
			m.defineBatch(f, false)
			format := f.String("format", "text", "`text|json`: how to print")
			precision := f.String("precision", "fp32", "`"+strings.Join(precisions(), "|")+"`: of a GPU")
			backend := f.String("backend", "gpu", "`gpu|cpu`: for which; they fuse differently")
			renderer := f.String("renderer", "", "`NAME`: for a GPU of that name, as \"V3D 4.2\"")
			var opened gpuFlags
			opened.defineFuse(f)
			device := f.Bool("device", false, "``: for the GPU here, and what each launch runs by")
			return func(sys *system, _ []string) error {
				if err := oneOf("-format", *format, "text", "json"); err != nil {
					return err
				}
				if err := oneOf("-backend", *backend, "gpu", "cpu"); err != nil {
					return err
				}
				if err := oneOf("-precision", *precision, precisions()...); err != nil {
					return err
				}
				fuse, err := opened.fusion()
				if err != nil {
					return err
				}
				var options network.PlanOptions
				switch {
				case *device && (*backend != "gpu" || *renderer != ""):
					return usagef("-device: without -backend and -renderer")
				case *device:
				case *backend == "gpu":
					options = gpu.PlanOptionsFor(*renderer)
					options.ElementBytes = precisionOf(*precision).Bytes()
					if fuse != 0 {
						options.Fuse = fuse
					}
				case precisionOf(*precision) != gpu.Float32:
					return usagef("-precision %s: the CPU backend keeps maps and weights in fp32", *precision)
				case fuse != 0:
					return usagef("-fuse %s: only with -backend gpu", opened.fuse)
				case *renderer != "":
					return usagef("-renderer %q: only with -backend gpu", *renderer)
				default:
					options = cpu.New(cpu.Options{}).PlanOptions()
				}
				v, err := m.one()
				if err != nil {
					return err
				}
				g, err := m.load(v)
				if err != nil {
					return err
				}
				if *device {
					return planOnDevice(sys, g, gpuFlags{context: "auto", precision: *precision, fuse: opened.fuse}, *format)
				}
				p, err := network.NewPlan(g, options)
				if err != nil {
					return err
				}
				if err := printPlan(sys.stdout, p, nil, *format); err != nil || *backend != "cpu" || *format != "text" {
					return err
				}
				return printAlgorithms(sys.stdout, p)
			}
		},
	}
}

// printAlgorithms tells what the CPU here would not compute as sums of products of float32.
func printAlgorithms(w io.Writer, p *network.Plan) error {
	backend := cpu.New(cpu.Options{})
	title := "\non this processor not by sums of products of float32 alone:\n"
	for i := range p.Steps {
		if a := backend.Algorithm(&p.Steps[i]); a != "" {
			if _, err := fmt.Fprintf(w, "%s%4d  %s  %s\n", title, i, p.Steps[i].Kernel, a); err != nil {
				return err
			}
			title = ""
		}
	}
	return nil
}

// planOnDevice plans as the GPU wishes, and tells by which variants it would run.
func planOnDevice(sys *system, g *network.Graph, opened gpuFlags, format string) error {
	d, err := sys.openGPU(opened)
	if err != nil {
		return err
	}
	defer d.close()
	p, err := network.PlanFor(d.Backend, g)
	if err != nil {
		return err
	}
	variants, err := d.Variants(p)
	if err != nil {
		return err
	}
	if format == "text" {
		i := d.Tuning()
		fmt.Fprintf(sys.stdout, "%s; %s: %s\n\n", d.info.Renderer, d.info.Version, tunedText(&i))
	}
	return printPlan(sys.stdout, p, variants, format)
}

// printPlan prints a plan, and the variants if there are any: one a step.
func printPlan(w io.Writer, p *network.Plan, variants []gpu.StepVariant, format string) error {
	if format == "json" {
		return report.JSON(w, describePlan(p, variants))
	}
	if _, err := fmt.Fprint(w, p); err != nil || variants == nil {
		return err
	}
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	tuned := 0
	for _, v := range variants {
		note := ""
		if v.Tuned {
			tuned++
			note = "tuned"
		}
		fmt.Fprintf(t, "%4d\t%s\t%s\t%s\n", v.Step, p.Steps[v.Step].Kernel, note, v.Variant)
	}
	t.Flush()
	_, err := fmt.Fprintf(w, "\nvariants, %d of %d by tuning here:\n%s", tuned, len(variants), b.String())
	return err
}

// planJSON is a plan's JSON form; scripts rely on the names.
type planJSON struct {
	Model      string     `json:"model"`
	Launches   int        `json:"launches"`
	Barriers   int        `json:"barriers"`
	MACs       int64      `json:"macs"`
	Bytes      int64      `json:"bytes"`
	FloorBytes int64      `json:"floor_bytes"`
	ArenaBytes int64      `json:"arena_bytes"`
	Steps      []stepJSON `json:"steps"`
}

type stepJSON struct {
	Kernel     network.Kernel `json:"kernel"`
	Name       string         `json:"name"`
	Layers     []string       `json:"layers"`
	Inputs     [][]int        `json:"input_shapes"`
	Shape      []int          `json:"output_shape"`
	Barrier    bool           `json:"barrier"`
	MACs       int64          `json:"macs"`
	Bytes      int64          `json:"bytes"`
	FloorBytes int64          `json:"floor_bytes"`
	Intensity  float64        `json:"macs_per_byte"`
	Tile       *tileJSON      `json:"tile"`   // of fused launches, else null
	Beside     *besideJSON    `json:"beside"` // what the launch does too, else null
	// Of the GPU here; null if the plan is for none.
	Variant *string `json:"variant"` // empty for kernels that have no variants
	Tuned   *bool   `json:"tuned"`
}

type tileJSON struct {
	Channels int `json:"channels"`
	Rows     int `json:"rows"`
	Columns  int `json:"columns"`
}

type besideJSON struct {
	Kernel network.Kernel `json:"kernel"`
	Name   string         `json:"name"`
	Layers []string       `json:"layers"`
	Input  []int          `json:"input_shape"`
	Shape  []int          `json:"output_shape"`
}

func describePlan(p *network.Plan, variants []gpu.StepVariant) planJSON {
	j := planJSON{p.Name, len(p.Steps), p.Barriers, p.MACs, p.Bytes, p.FloorBytes, p.ArenaBytes(), []stepJSON{}}
	for i, s := range p.Steps {
		step := stepJSON{Kernel: s.Kernel, Name: s.Name, Layers: s.Layers, Shape: s.Output.Shape, Barrier: s.Barrier,
			MACs: s.MACs, Bytes: s.Bytes, FloorBytes: s.FloorBytes, Intensity: s.Intensity()}
		for _, v := range s.Inputs {
			step.Inputs = append(step.Inputs, v.Shape)
		}
		if t := s.Tile; s.First != nil {
			step.Tile = &tileJSON{t.Channels, t.Rows, t.Columns}
		}
		if b := s.Beside; b != nil {
			step.Beside = &besideJSON{network.PoolWindow, b.Name, b.Layers, b.Input.Shape, b.Output.Shape}
		}
		if variants != nil {
			step.Variant, step.Tuned = &variants[i].Variant, &variants[i].Tuned
		}
		j.Steps = append(j.Steps, step)
	}
	return j
}
