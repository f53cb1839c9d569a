package main

import (
	"flag"
	"fmt"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
)

func planCommand() command {
	return command{
		name:    "plan",
		summary: "print the launches that a model becomes",
		about:   "One line a launch; a bar in front of it is a barrier. No device is needed.",
		examples: []string{
			"plan",
			"plan -model shufflenet_v1_g8_0.5x -format json",
		},
		define: func(f *flag.FlagSet) action {
			var m modelFlags
			m.define(f, defaultModel, false)
			m.defineBatch(f, false)
			format := f.String("format", "text", "`text|json`: how to print")
			backend := f.String("backend", "gpu", "`gpu|cpu`: for which backend; they fuse differently")
			return func(sys *system, _ []string) error {
				if err := oneOf("-format", *format, "text", "json"); err != nil {
					return err
				}
				if err := oneOf("-backend", *backend, "gpu", "cpu"); err != nil {
					return err
				}
				var options network.PlanOptions
				if *backend == "gpu" {
					options = gpu.PlanOptions()
				}
				v, err := m.one()
				if err != nil {
					return err
				}
				g, err := m.load(v)
				if err != nil {
					return err
				}
				p, err := network.NewPlan(g, options)
				if err != nil {
					return err
				}
				if *format == "json" {
					return report.JSON(sys.stdout, describePlan(p))
				}
				_, err = fmt.Fprint(sys.stdout, p)
				return err
			}
		},
	}
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
	Kernel  network.Kernel `json:"kernel"`
	Name    string         `json:"name"`
	Layers  []string       `json:"layers"`
	Shape   []int          `json:"output_shape"`
	Barrier bool           `json:"barrier"`
	MACs    int64          `json:"macs"`
	Bytes   int64          `json:"bytes"`
}

func describePlan(p *network.Plan) planJSON {
	j := planJSON{p.Name, len(p.Steps), p.Barriers, p.MACs, p.Bytes, p.FloorBytes, p.ArenaBytes(), []stepJSON{}}
	for _, s := range p.Steps {
		j.Steps = append(j.Steps, stepJSON{s.Kernel, s.Name, s.Layers, s.Output.Shape, s.Barrier, s.MACs, s.Bytes})
	}
	return j
}
