package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
)

func shadersCommand() command {
	return command{
		name:    "shaders",
		summary: "compile a model's shaders and print what the driver says of them",
		about: "Nothing is run. Instructions, cycles of the slowest unit, registers and spills are\n" +
			"the driver's own (Mesa's drivers give them), of one pass over the code; \"in all\" are\n" +
			"cycles, or else instructions, of all invocations with loops counted as often as they\n" +
			"run. The rest is read from the shaders.",
		examples: []string{
			"shaders",
			"shaders -model shufflenet_v2_1.0x -format json",
		},
		define: func(f *flag.FlagSet) action {
			var m modelFlags
			m.define(f, defaultModel, false)
			m.defineBatch(f, false)
			format := f.String("format", "table", "`table|json`: how to print")
			var opened gpuFlags
			opened.define(f)
			opened.defineStorage(f)
			opened.defineFuse(f)
			return func(sys *system, _ []string) error {
				if err := oneOf("-format", *format, "table", "json"); err != nil {
					return err
				}
				if err := opened.check(); err != nil {
					return err
				}
				v, err := m.one()
				if err != nil {
					return err
				}
				g, err := m.load(v)
				if err != nil {
					return err
				}
				c, err := sys.openCompiler(opened)
				if err != nil {
					return err
				}
				defer c.close()
				options := c.options
				if fuse, _ := opened.fusion(); fuse != 0 { // it has been checked
					options.Fuse = fuse
				}
				p, err := network.NewPlan(g, options)
				if err != nil {
					return err
				}
				programs, err := c.programs(p)
				if err != nil {
					return err
				}
				j := describeShaders(v.name, c.info, programs, p)
				if *format == "json" {
					return report.JSON(sys.stdout, j)
				}
				if err := printShaders(sys.stdout, j); err != nil || c.info.Precision != gpu.Float16Arithmetic {
					return err
				}
				_, err = fmt.Fprintln(sys.stdout, "\nnote: nothing was run, so whether this GPU computes mediump in 16 bits is not known; other commands find out and fail if not")
				return err
			}
		},
	}
}

// shadersJSON is the command's JSON form; scripts rely on the names. What the
// driver does not tell is null.
type shadersJSON struct {
	Model    string        `json:"model"`
	Device   string        `json:"device"`
	Driver   string        `json:"driver"`
	Launches int           `json:"launches"`
	Programs []programJSON `json:"programs"`
	// Sums over all launches: statistics times invocations, of one pass over the code,
	// and with loops counted as often as they run.
	Instructions         *float64 `json:"instructions_times_invocations"`
	Cycles               *float64 `json:"cycles_times_invocations"`
	ModelledInstructions *float64 `json:"modelled_instructions"`
	ModelledCycles       *float64 `json:"modelled_cycles"`

	Steps []launchJSON `json:"steps"`
}

// launchJSON is a launch of a program, which is counted from 0.
type launchJSON struct {
	Step                 int            `json:"step"`
	Kernel               network.Kernel `json:"kernel"`
	Layers               []string       `json:"layers"`
	Program              int            `json:"program"`
	WorkGroups           int64          `json:"work_groups"`
	Bytes                int64          `json:"bytes"`
	ModelledInstructions *float64       `json:"modelled_instructions"`
	ModelledCycles       *float64       `json:"modelled_cycles"`
}

// programJSON is a program. Dispatched says that the driver said nothing after
// linking, so that a dispatch of no work groups made it finish its work.
type programJSON struct {
	File        string          `json:"file"`
	Variant     string          `json:"variant"`
	Launches    int             `json:"launches"`
	Invocations int64           `json:"invocations"`
	Declared    declaredJSON    `json:"declared"`
	Within      bool            `json:"within_minimum"`
	Beyond      []string        `json:"beyond_minimum"`
	Statistics  *statisticsJSON `json:"statistics"`
	Dispatched  bool            `json:"dispatched"`
	Messages    []string        `json:"messages"`

	// As above, of this program's launches, and what a round of each loop costs.
	ModelledInstructions *float64   `json:"modelled_instructions"`
	ModelledCycles       *float64   `json:"modelled_cycles"`
	Loops                []loopJSON `json:"loops"`
}

type loopJSON struct {
	Name  string             `json:"name"`
	In    string             `json:"in,omitempty"`
	Round map[string]float64 `json:"round"`
}

type declaredJSON struct {
	WorkGroup     [3]int   `json:"work_group"`
	Shared        int      `json:"shared_bytes"`
	StorageBlocks int      `json:"storage_blocks"`
	UniformBlocks int      `json:"uniform_blocks"`
	UniformBytes  int      `json:"uniform_block_bytes"`
	Samplers      int      `json:"samplers"`
	Images        int      `json:"images"`
	Version       int      `json:"version"`
	Extensions    []string `json:"extensions"`
}

type statisticsJSON struct {
	Instructions *float64           `json:"instructions"`
	Cycles       *float64           `json:"cycles"`
	Units        map[string]float64 `json:"cycles_of_units"`
	Registers    *float64           `json:"registers"`
	Spills       *float64           `json:"spills"`
	Fills        *float64           `json:"fills"`
	Threads      *float64           `json:"threads"`
	Loops        *float64           `json:"loops"`
	Values       map[string]float64 `json:"values"`
	Text         string             `json:"text"`
}

func describeShaders(model string, info *gpu.Info, programs []gpu.ProgramReport, plan *network.Plan) shadersJSON {
	j := shadersJSON{Model: model, Device: info.Renderer, Driver: info.Version, Programs: []programJSON{}, Steps: []launchJSON{}}
	for i, p := range programs {
		for _, u := range p.Uses {
			s := &plan.Steps[u.Step]
			j.Steps = append(j.Steps, launchJSON{u.Step, s.Kernel, s.Layers, i, u.WorkGroups, s.Bytes,
				figureOf(u.Modelled, gpu.Instructions), figureOf(u.Modelled, gpu.Cycles)})
		}
		r := &p.Resources
		q := programJSON{
			File: p.File, Variant: p.Variant, Launches: p.Launches, Invocations: p.Invocations,
			Declared: declaredJSON{r.WorkGroup, r.SharedBytes, r.StorageBlocks, r.UniformBlocks, r.UniformBlockBytes,
				r.Samplers, r.Images, r.Version, append([]string{}, r.Extensions...)},
			Within: len(p.Beyond) == 0, Beyond: append([]string{}, p.Beyond...),
			Dispatched: p.Dispatched, Messages: append([]string{}, p.Messages...), Loops: []loopJSON{},
		}
		for _, l := range p.Loops {
			q.Loops = append(q.Loops, loopJSON{l.Name, l.In, l.Round})
		}
		q.ModelledInstructions, q.ModelledCycles = figureOf(p.Modelled, gpu.Instructions), figureOf(p.Modelled, gpu.Cycles)
		if s := p.Statistics; s != nil {
			get := func(f gpu.Figure) *float64 { return figureOf(s.Figures, f) }
			q.Statistics = &statisticsJSON{get(gpu.Instructions), get(gpu.Cycles), s.Units, get(gpu.Registers),
				get(gpu.Spills), get(gpu.Fills), get(gpu.Threads), get(gpu.Loops), s.Values, s.Text}
			if len(s.Units) == 0 {
				q.Statistics.Units = nil
			}
		}
		j.Launches += p.Launches
		j.Programs = append(j.Programs, q)
	}
	slices.SortStableFunc(j.Steps, func(a, b launchJSON) int { return a.Step - b.Step })
	j.Instructions = total(j.Programs, onePass(func(s *statisticsJSON) *float64 { return s.Instructions }))
	j.Cycles = total(j.Programs, onePass(func(s *statisticsJSON) *float64 { return s.Cycles }))
	j.ModelledInstructions = total(j.Programs, func(p *programJSON) *float64 { return p.ModelledInstructions })
	j.ModelledCycles = total(j.Programs, func(p *programJSON) *float64 { return p.ModelledCycles })
	return j
}

// figureOf is a figure, or nil if it is not known.
func figureOf(all map[gpu.Figure]float64, f gpu.Figure) *float64 {
	if v, ok := all[f]; ok {
		return &v
	}
	return nil
}

// total is a sum over all programs, or nil if it is not known of each.
func total(programs []programJSON, of func(*programJSON) *float64) *float64 {
	sum := 0.0
	for i := range programs {
		v := of(&programs[i])
		if v == nil {
			return nil
		}
		sum += *v
	}
	return &sum
}

// onePass is a statistic times a program's invocations.
func onePass(of func(*statisticsJSON) *float64) func(*programJSON) *float64 {
	return func(p *programJSON) *float64 {
		if p.Statistics == nil || of(p.Statistics) == nil {
			return nil
		}
		v := *of(p.Statistics) * float64(p.Invocations)
		return &v
	}
}

// printShaders prints a table of costs, one of what is declared, and the whole
// network's cost.
func printShaders(w io.Writer, j shadersJSON) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s (%s): %d programs, %d launches\n\n", j.Model, j.Device, j.Driver, len(j.Programs), j.Launches)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "#\tlaunches\tinvocations\tinstr\tcycles\tM in all\tspills:fills\tregisters\tthreads\t  program")
	for i, p := range j.Programs {
		s := p.Statistics
		if s == nil {
			s = &statisticsJSON{}
		}
		fmt.Fprintf(t, "%d\t%d\t%d\t%s\t%s\t%s\t%s:%s\t%s\t%s\t  %s  %s\n", i+1, p.Launches, p.Invocations,
			known(s.Instructions), known(s.Cycles), millions(cmp.Or(p.ModelledCycles, p.ModelledInstructions)), known(s.Spills), known(s.Fills), known(s.Registers), known(s.Threads), p.File, p.Variant)
	}
	t.Flush()
	b.WriteByte('\n')
	fmt.Fprintln(t, "#\twork group\tshared bytes\tstorage blocks\tuniform bytes\ttextures\timages\t  within the OpenGL ES 3.1 minimum")
	dispatched, silent := 0, 0
	for i, p := range j.Programs {
		d, within := p.Declared, "yes"
		if !p.Within {
			within = "no: " + strings.Join(p.Beyond, "; ")
		}
		fmt.Fprintf(t, "%d\t%dx%dx%d\t%d\t%d\t%d\t%d\t%d\t  %s\n", i+1, d.WorkGroup[0], d.WorkGroup[1], d.WorkGroup[2],
			d.Shared, d.StorageBlocks, d.UniformBytes, d.Samplers, d.Images, within)
		switch {
		case p.Statistics == nil:
			silent++
		case p.Dispatched:
			dispatched++
		}
	}
	t.Flush()
	b.WriteByte('\n')
	for _, c := range []struct {
		sum  *float64
		what string
	}{{j.ModelledInstructions, "instructions"}, {j.ModelledCycles, "cycles of the slowest unit"}} {
		if c.sum != nil {
			fmt.Fprintf(&b, "modelled cost of a run: %s million %s x invocations, loops counted as often as they run\n", millions(c.sum), c.what)
		}
	}
	if silent > 0 {
		fmt.Fprintf(&b, "note: programs of which the driver gives no statistics (Mesa's drivers for GPUs do): %d\n", silent)
	}
	if dispatched > 0 {
		fmt.Fprintf(&b, "note: programs whose statistics came only after a dispatch of no work groups: %d\n", dispatched)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func millions(v *float64) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatFloat(*v/1e6, 'g', 4, 64)
}

func known(v *float64) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatFloat(math.Round(*v*100)/100, 'f', -1, 64)
}
