package main

import (
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

func modelsCommand() command {
	return command{
		name:    "models",
		summary: "list the networks that are built in",
		about: "Their weights are random: they measure speed and compare backends, and recognise nothing.\n" +
			"Launches are the GPU's and the CPU's, which fuse differently.",
		examples: []string{
			"models",
			"models -format json",
		},
		define: func(f *flag.FlagSet) action {
			format := f.String("format", "text", "`text|json`: how to print")
			return func(sys *system, _ []string) error {
				if err := oneOf("-format", *format, "text", "json"); err != nil {
					return err
				}
				models, err := describeZoo()
				if err != nil {
					return err
				}
				if *format == "json" {
					return report.JSON(sys.stdout, models)
				}
				return printModels(sys.stdout, models)
			}
		},
	}
}

// modelJSON is a row's JSON form; scripts rely on the names.
type modelJSON struct {
	Name       string `json:"name"`
	MACs       int64  `json:"macs"`
	Parameters int    `json:"parameters"`
	Launches   int    `json:"launches"` // on the GPU
	OnCPU      int    `json:"launches_cpu"`
	InputShape []int  `json:"input_shape"`
	Source     string `json:"source"`
}

func describeZoo() ([]modelJSON, error) {
	models := []modelJSON{}
	for _, name := range zoo.Names() {
		g, err := zoo.Build(name, zoo.Options{Blank: true})
		if err != nil {
			return nil, err
		}
		p, err := network.NewPlan(g, gpu.PlanOptions())
		if err != nil {
			return nil, err
		}
		c, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			return nil, err
		}
		source, err := zoo.Source(name)
		if err != nil {
			return nil, err
		}
		models = append(models, modelJSON{name, p.MACs, zoo.Parameters(g), len(p.Steps), len(c.Steps), g.Inputs[0].Shape, source})
	}
	return models, nil
}

func printModels(w io.Writer, models []modelJSON) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "model\tM multiply-adds\tM parameters\tlaunches\ton CPU\tsource")
	for _, m := range models {
		fmt.Fprintf(t, "%s\t%15.1f\t%12.2f\t%8d\t%6d\t%s\n", m.Name, float64(m.MACs)/1e6, float64(m.Parameters)/1e6, m.Launches, m.OnCPU, m.Source)
	}
	return t.Flush()
}
