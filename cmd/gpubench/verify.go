package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func verifyCommand() command {
	return command{
		name:    "verify",
		summary: "compare a backend with the reference, layer by layer",
		about: "Errors are relative to the largest magnitude in the layer. Exit status 1 if one is\n" +
			"beyond the tolerance.",
		examples: []string{
			"verify",
			"verify -model model.onnx -backend cpu -tolerance 1e-5",
		},
		define: func(f *flag.FlagSet) action {
			var v verifyFlags
			v.define(f)
			return v.run
		},
	}
}

type verifyFlags struct {
	modelFlags
	device    deviceFlags
	input     string
	tolerance float64
}

func (v *verifyFlags) define(f *flag.FlagSet) {
	v.modelFlags.define(f, defaultModel, true)
	v.defineBatch(f, true)
	f.StringVar(&v.device.backend, "backend", "gpu", "`gpu|cpu|"+cpuHalf+"`: what to verify")
	f.Float64Var(&v.tolerance, "tolerance", 0, "`E`: largest error to pass (default 1e-4; 16 bits 1e-2)")
	f.StringVar(&v.input, "input", "", "`PHOTO`: to run on (default a test picture)")
	v.device.defineRest(f)
}

func (v *verifyFlags) run(sys *system, _ []string) error {
	if err := checkBackend(v.device.backend); err != nil {
		return err
	}
	if err := v.device.check(); err != nil {
		return err
	}
	if !(v.tolerance >= 0) {
		return usagef("-tolerance %g: at least 0", v.tolerance)
	}
	variants, err := v.variants()
	if err != nil {
		return err
	}
	photos, err := loadPictures(sys, v.input)
	if err != nil {
		return err
	}
	e, done, err := sys.open(v.device.backend, v.device.threads, v.device.gpu)
	if err != nil {
		return explain(err)
	}
	defer done()
	var bad []string
	for i, n := range variants {
		if i > 0 {
			fmt.Fprintln(sys.stdout)
		}
		wrong, err := v.model(sys, n, e.Backend, photos)
		if err != nil {
			return err
		}
		if wrong != "" {
			bad = append(bad, n.name+": "+wrong)
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("%s differs from the reference: %s", v.device.backend, strings.Join(bad, "; "))
	}
	return nil
}

// model verifies one network and prints its table. It returns what is wrong, or
// nothing.
func (v *verifyFlags) model(sys *system, n variant, b network.Backend, photos pictures) (wrong string, err error) {
	g, err := v.load(n)
	if err != nil {
		return "", err
	}
	in, pixels, err := photos.inputs(g)
	if err != nil {
		return "", err
	}
	s, err := network.Compile(b, g)
	if err != nil {
		return "", err
	}
	defer s.Close()
	bar := newProgress(sys)
	defer bar.done()
	bar.update(n.name+": reference", 0, 1)
	want, err := cpu.Evaluate(g, in)
	if err != nil {
		return "", err
	}
	bar.update(n.name+": layers", 0, 1)
	layers, err := traceLayers(s, in, want)
	if err != nil {
		return "", err
	}
	outputs, err := runOutputs(s, in, want)
	if err != nil {
		return "", err
	}
	bar.done()
	precision, stored := "fp32", "fp32"
	if st, ok := b.(network.Storer); ok {
		var maps string
		precision, maps = st.Storage(s.Plan)
		if stored = precision; maps != "" {
			stored += " in a " + maps
		}
	}
	fmt.Fprintf(sys.stdout, "%s on %s (%s; %s), %s, %s\n\n", n.name, b.Name(), b.Device(), b.Driver(), stored, pixels)
	return v.print(sys.stdout, precision, layers, outputs), nil
}

// layerError is how far a value is from the reference's.
type layerError struct {
	number string // of the launch; empty for what is done beside it
	kernel network.Kernel
	value  string
	diff   tensor.Diff
}

// traceLayers compares what each launch leaves behind.
func traceLayers(s *network.Session, in []*tensor.Tensor, want map[string]*tensor.Tensor) ([]layerError, error) {
	var layers []layerError
	err := s.Executor(func(x network.Executor) error {
		t, ok := x.(network.Tracer)
		if !ok {
			return fmt.Errorf("the %s backend cannot show its layers: %w", s.Backend.Name(), network.ErrUnsupported)
		}
		return t.Trace(in, func(i int, outs []*tensor.Tensor) error {
			step := &s.Plan.Steps[i]
			for j, r := range step.Results() {
				ref := want[r.Name]
				if ref == nil {
					return fmt.Errorf("step %d: the model has no value %q", i, r.Name)
				}
				kernel, number := step.Kernel, fmt.Sprint(i)
				if j > 0 {
					kernel, number = network.PoolWindow, "" // beside it
				}
				layers = append(layers, layerError{number, kernel, r.Name, tensor.MaxDiff(outs[j], cpu.Activated(ref, r.Beyond))})
			}
			return nil
		})
	})
	return layers, err
}

// runOutputs compares what a plain run gives.
func runOutputs(s *network.Session, in []*tensor.Tensor, want map[string]*tensor.Tensor) ([]layerError, error) {
	outs, err := s.Run(in...)
	if err != nil {
		return nil, err
	}
	var errs []layerError
	for i, v := range s.Plan.Source.Outputs {
		ref := want[v.Name]
		if v.Const != nil {
			ref = v.Const
		}
		if ref == nil {
			return nil, fmt.Errorf("the reference has no value %q", v.Name)
		}
		errs = append(errs, layerError{"", "output", v.Name, tensor.MaxDiff(outs[i], ref)})
	}
	return errs, nil
}

// print writes the table and returns what is wrong.
func (v *verifyFlags) print(w io.Writer, precision string, layers, outputs []layerError) (wrong string) {
	most := v.tolerance
	if most == 0 {
		most = tolerance(precision)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "#\tkernel\tvalue\tshape\tlargest abs error\trelative")
	var worst [2]float64 // of layers, and of outputs
	bad, beyond := 0, 0
	for i, l := range append(layers, outputs...) {
		mark, kind := "", 0
		if i >= len(layers) {
			kind = 1
		}
		if at := math.Abs(float64(l.diff.At[0])); !(at < 65504) { // NaN comes of what went beyond
			beyond++
		}
		if !(l.diff.Rel <= most) {
			mark = "  BEYOND"
			if bad++; bad == 1 {
				wrong = fmt.Sprintf("the first is %s %q: %v", l.kernel, l.value, l.diff)
			}
		}
		worst[kind] = math.Max(worst[kind], l.diff.Rel)
		fmt.Fprintf(t, "%s\t%s\t%s\t%v\t%.2e\t%.2e%s\n", l.number, l.kernel, l.value, l.diff.B, l.diff.Abs, l.diff.Rel, mark)
	}
	t.Flush()
	if beyond > 0 && inHalves(precision) {
		fmt.Fprintf(w, "\nnote: fp16 ends at 65504, and %d of these go beyond; -precision fp32 holds more\n", beyond)
	}
	if bad > 0 {
		fmt.Fprintf(w, "\n%d of %d are beyond the tolerance of %.0e\n", bad, len(layers)+len(outputs), most)
		return fmt.Sprintf("%d of %d values, %s", bad, len(layers)+len(outputs), wrong)
	}
	fmt.Fprintf(w, "\nall %d layers and %d outputs are within %.0e; the largest error of a layer is %.2e, of an output %.2e\n",
		len(layers), len(outputs), most, worst[0], worst[1])
	return ""
}
