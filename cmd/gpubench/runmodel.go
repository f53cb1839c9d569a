package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

func runCommand() command {
	return command{
		name:    "run",
		summary: "run a model once: numbers or a photo in, all its outputs out",
		about: "FILE is a .npy file of the input's shape, or a photo, which is preprocessed as classify\n" +
			"does; - is standard input. One output goes to the file OUT; several go into the folder\n" +
			"OUT as NAME.npy. More samples than the model takes at once run one after the other.",
		examples: []string{
			"run -model model.onnx -input in.npy -output out.npy",
			"run -model two.onnx -input left=a.npy -input right=b.jpg -output o/",
		},
		define: func(f *flag.FlagSet) action {
			var r runFlags
			r.define(f)
			return r.run
		},
	}
}

type runFlags struct {
	modelFlags
	photos photoFlags
	device deviceFlags
	inputs filesFlag
	output string
}

// filesFlag is a flag that may be given several times.
type filesFlag []string

func (l *filesFlag) String() string { return strings.Join(*l, " ") }

func (l *filesFlag) Set(word string) error {
	*l = append(*l, word)
	return nil
}

func (r *runFlags) define(f *flag.FlagSet) {
	r.modelFlags.define(f, "", false)
	r.defineBatch(f, false)
	f.Var(&r.inputs, "input", "`[NAME=]FILE`: what to put in; once for each input")
	f.StringVar(&r.output, "output", "", "`OUT`: file or folder; - is stdout")
	r.device.define(f)
	r.photos.define(f)
}

func (r *runFlags) check() error {
	switch {
	case r.models == "":
		return usagef("which model? -model takes a zoo name or a file ending in .onnx")
	case len(r.inputs) == 0:
		return usagef("on what? -input takes a .npy file or a photo")
	case r.output == "":
		return usagef("where to? -output takes a file, or a folder for several outputs")
	}
	return r.device.check()
}

func (r *runFlags) run(sys *system, _ []string) error {
	if err := r.check(); err != nil {
		return err
	}
	model, err := r.one()
	if err != nil {
		return err
	}
	g, inputs, err := r.prepare(sys, model)
	if err != nil {
		return err
	}
	if err := r.checkOutput(g); err != nil {
		return err
	}
	e, done, err := r.device.open(sys)
	if err != nil {
		return err
	}
	defer done()
	s, err := network.Compile(e.Backend, g)
	if err != nil {
		return err
	}
	defer s.Close()
	outs, err := runSamples(sys, s, inputs)
	if err != nil {
		return err
	}
	return r.write(sys, outs)
}

// checkOutput finds a wrong target before anything costs time.
func (r *runFlags) checkOutput(g *network.Graph) error {
	if n := len(g.Outputs); n > 1 && (r.output == "-" || strings.HasSuffix(r.output, ".npy") && !isFolder(r.output)) {
		return usagef("-output %s: the model has %d outputs, which need a folder", r.output, n)
	}
	return nil
}

// prepare loads the model and what is put into it. Where files hold arrays of
// another shape than the model's, it takes theirs if it can; a batch that it
// can't take is left to runSamples.
func (r *runFlags) prepare(sys *system, model variant) (*network.Graph, []*tensor.Tensor, error) {
	files, err := r.read(sys)
	if err != nil {
		return nil, nil, err
	}
	g, err := r.load(model)
	if errors.Is(err, onnx.ErrOpenShape) && r.shape == "" {
		if again, e := onnx.Load(model.name, onnx.Options{Shapes: namedShapes(files)}); e == nil {
			g, err = again, nil
		}
	}
	if err != nil {
		return nil, nil, err
	}
	given, err := assign(g, files)
	if err != nil {
		return nil, nil, err
	}
	if again := r.reshaped(g, given, model); again != nil {
		g = again
	}
	inputs := make([]*tensor.Tensor, len(g.Inputs))
	for i, v := range g.Inputs {
		if inputs[i], err = r.fill(sys, g, v, given[i]); err != nil {
			return nil, nil, err
		}
	}
	return g, inputs, checkSamples(g, inputs)
}

// namedShapes are the shapes of the arrays that say which input they are for.
func namedShapes(files []inputFile) map[string]tensor.Shape {
	shapes := map[string]tensor.Shape{}
	for _, f := range files {
		if f.name != "" && f.array != nil {
			shapes[f.name] = f.array.Shape
		}
	}
	return shapes
}

// reshaped loads the model for the shapes of the arrays, if they differ from its
// own, no flag fixes those, and it takes them; otherwise it returns nil.
func (r *runFlags) reshaped(g *network.Graph, given []inputFile, model variant) *network.Graph {
	differ := false
	shapes := map[string]tensor.Shape{}
	for i, v := range g.Inputs {
		shapes[v.Name] = v.Shape
		if a := given[i].array; a != nil && !a.Shape.Equal(v.Shape) {
			differ, shapes[v.Name] = true, a.Shape
		}
	}
	if !differ || r.shape != "" || r.sizes != "" || r.batches != "" {
		return nil
	}
	var again *network.Graph
	var err error
	if isFile(model.name) {
		again, err = onnx.Load(model.name, onnx.Options{Shapes: shapes})
	} else if s := given[0].array.Shape; isPicture(s) && s.Size() > 0 {
		again, err = zoo.Build(model.name, zoo.Options{Batch: s[0], Height: s[2], Width: s[3], Seed: r.seed})
	}
	if err != nil {
		return nil
	}
	return again
}

// fill makes the tensor for an input.
func (r *runFlags) fill(sys *system, g *network.Graph, v *network.Value, f inputFile) (*tensor.Tensor, error) {
	if f.array != nil {
		return f.array, nil
	}
	if !isPicture(v.Shape) {
		return nil, fmt.Errorf("%s is a photo, and input %q is %v: a .npy file is wanted", f.path, v.Name, v.Shape)
	}
	pre, how, err := r.photos.choose(g, v.Shape)
	if err != nil {
		return nil, err
	}
	sys.say("preprocessing: %s", how)
	one, err := r.photos.apply(pre, f.photo)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	all := tensor.New(v.Shape...)
	for at := 0; at < len(all.Data); at += len(one.Data) { // each sample is the photo
		copy(all.Data[at:], one.Data)
	}
	return all, nil
}

// checkSamples checks the shapes: each the model's, or so many samples for a
// model that takes one.
func checkSamples(g *network.Graph, inputs []*tensor.Tensor) error {
	samples := 0
	for i, v := range g.Inputs {
		got := inputs[i].Shape
		if got.Equal(v.Shape) {
			continue
		}
		fits := len(got) == len(v.Shape) && len(got) > 0 && v.Shape[0] == 1 && got[0] > 0 && slices.Equal(got[1:], v.Shape[1:])
		if !fits || samples > 0 && got[0] != samples {
			return fmt.Errorf("input %q is %v, the file holds %v", v.Name, v.Shape, got)
		}
		samples = got[0]
	}
	if samples == 0 {
		return nil
	}
	for _, v := range g.Outputs {
		if len(v.Shape) == 0 || v.Shape[0] != 1 {
			return fmt.Errorf("%d samples are given, the model takes one, and its output %q of %v can't be put side by side", samples, v.Name, v.Shape)
		}
	}
	return nil
}

// runSamples runs the session once, or once for each sample if the inputs have
// more of them than the model takes. Inputs of the model's own shape stay the
// same.
func runSamples(sys *system, s *network.Session, inputs []*tensor.Tensor) ([]namedTensor, error) {
	g := s.Plan.Source
	samples := 1
	for i, v := range g.Inputs {
		if !inputs[i].Shape.Equal(v.Shape) {
			samples = inputs[i].Shape[0]
		}
	}
	bar := newProgress(sys)
	defer bar.done()
	outs := make([]namedTensor, len(g.Outputs))
	in := slices.Clone(inputs)
	for n := range samples {
		bar.update("samples", n, samples)
		for i, v := range g.Inputs {
			if size := v.Shape.Size(); !inputs[i].Shape.Equal(v.Shape) {
				in[i] = tensor.FromSlice(inputs[i].Data[n*size:][:size], v.Shape...)
			}
		}
		results, err := s.Run(in...)
		if err != nil {
			return nil, err
		}
		for i, t := range results {
			if n == 0 {
				outs[i] = namedTensor{g.Outputs[i].Name, t}
				continue
			}
			outs[i].Data = append(outs[i].Data, t.Data...)
			outs[i].Shape[0]++
		}
	}
	return outs, nil
}

// write saves the outputs and says where they are.
func (r *runFlags) write(sys *system, outs []namedTensor) error {
	if r.output == "-" {
		return tensor.WriteNPY(sys.stdout, outs[0].Tensor)
	}
	if info, err := os.Stat(r.output); err == nil && len(outs) == 1 && !info.Mode().IsRegular() && !info.IsDir() {
		return tensor.SaveNPY(r.output, outs[0].Tensor) // a device or a pipe, perhaps standard output
	}
	files, err := saveOutputs(r.output, outs)
	if err != nil {
		return err
	}
	for i, o := range outs {
		fmt.Fprintf(sys.stdout, "%s: %q, %v\n", files[i], o.name, o.Shape)
	}
	return nil
}
