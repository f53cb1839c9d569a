package main

import (
	"flag"
	"fmt"
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func classifyCommand() command {
	return command{
		name:    "classify",
		args:    " PHOTO...",
		summary: "print the classes that a model sees in photos",
		about: "PHOTO is a JPEG, PNG, BMP or WebP file, or - for standard input. Without a preset, the\n" +
			"preprocessing is read off the model's first BatchNorm; if that tells nothing, it is imagenet.\n" +
			"A photo of the input's very size is not resized, unless -resize says so.",
		examples: []string{
			"classify -model model.onnx -labels labels.txt photo.jpg",
			"classify -model model.onnx -preset caffe -format json photo.jpg",
		},
		define: func(f *flag.FlagSet) action {
			var c classifyFlags
			c.define(f)
			return c.run
		},
	}
}

type classifyFlags struct {
	modelFlags
	photos         photoFlags
	device         deviceFlags
	labels, format string
	top            int
}

func (c *classifyFlags) define(f *flag.FlagSet) {
	c.modelFlags.define(f, "", false)
	f.StringVar(&c.labels, "labels", "", "`FILE`: the classes' names, one a line or a JSON array")
	f.StringVar(&c.format, "format", "text", "`text|json`: how to print")
	f.IntVar(&c.top, "top", 5, "`N`: classes to print")
	c.device.define(f)
	c.photos.define(f)
}

func (c *classifyFlags) check(photos []string) error {
	switch {
	case len(photos) == 0:
		return usagef("which photo? gpubench classify -model M photo.jpg")
	case c.models == "":
		return usagef("which model? -model takes a file ending in .onnx")
	case c.top < 1:
		return usagef("-top %d: at least 1", c.top)
	}
	if err := c.device.check(); err != nil {
		return err
	}
	return oneOf("-format", c.format, "text", "json")
}

func (c *classifyFlags) run(sys *system, photos []string) error {
	if err := c.check(photos); err != nil {
		return err
	}
	v, err := c.one()
	if err != nil {
		return err
	}
	v.batch = 1
	g, err := c.load(v)
	if err != nil {
		return err
	}
	classes, err := classesOf(g)
	if err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	labels, err := readLabels(c.labels)
	if err != nil {
		return err
	}
	if labels != nil && len(labels) != classes {
		return fmt.Errorf("%s has %d labels, and %s %d classes: another file is needed", c.labels, len(labels), v.name, classes)
	}
	pre, how, err := c.photos.choose(g, g.Inputs[0].Shape)
	if err != nil {
		return err
	}
	e, done, err := c.device.open(sys)
	if err != nil {
		return err
	}
	defer done()
	s, err := network.Compile(e.Backend, g)
	if err != nil {
		return err
	}
	defer s.Close()
	sys.say("preprocessing: %s", how)

	bar := newProgress(sys)
	defer bar.done()
	var found [][]guess
	var failed several
	for i, photo := range photos {
		bar.update("photos", i, len(photos))
		best, err := c.look(sys, s, pre, photo)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		for i := range best {
			best[i].Photo = photo
			if labels != nil {
				best[i].Label = labels[best[i].Class]
			}
		}
		found = append(found, best)
	}
	bar.done()
	// What is known of other photos is printed, whatever is wrong with one.
	if len(found) > 0 {
		if err := c.print(sys, e, found); err != nil {
			failed = append(failed, err)
		}
	}
	return failed.err()
}

// look finds the likeliest classes of a photo.
func (c *classifyFlags) look(sys *system, s *network.Session, pre tensor.Preprocess, photo string) ([]guess, error) {
	img, err := loadPhoto(sys, photo)
	if err != nil {
		return nil, err
	}
	in, err := c.photos.apply(pre, img)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", photo, err)
	}
	outs, err := s.Run(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", photo, err)
	}
	best, err := top(outs[0], c.top)
	if err != nil {
		return nil, fmt.Errorf("%s on %s: %w", photo, s.Backend.Name(), err)
	}
	return best, nil
}

func (c *classifyFlags) print(sys *system, e bench.Entry, found [][]guess) error {
	if c.format == "json" {
		return report.JSON(sys.stdout, slices.Concat(found...))
	}
	return printGuesses(sys, e, found)
}

// classesOf checks that a graph takes one photo and gives one row of classes,
// and counts them.
func classesOf(g *network.Graph) (int, error) {
	if len(g.Inputs) != 1 || !isPicture(g.Inputs[0].Shape) || g.Inputs[0].Shape[0] != 1 {
		return 0, fmt.Errorf("no classifier: its inputs are not one colour picture")
	}
	if len(g.Outputs) != 1 {
		return 0, fmt.Errorf("no classifier: it has %d outputs", len(g.Outputs))
	}
	s := g.Outputs[0].Shape
	n := 0
	for _, d := range s {
		n = max(n, d)
	}
	if n < 2 || s.Size() != n {
		return 0, fmt.Errorf("no classifier: its output is %v", s)
	}
	return n, nil
}

// guess is a class that a network sees; scripts rely on the names.
type guess struct {
	Class       int     `json:"class"`
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
	Photo       string  `json:"photo"`
}

// top gives the n likeliest classes of an output, likeliest first.
func top(out *tensor.Tensor, n int) ([]guess, error) {
	p, err := distribution(out.Data)
	if err != nil {
		return nil, err
	}
	all := make([]guess, len(p))
	for i, x := range p {
		all[i] = guess{Class: i, Probability: x}
	}
	slices.SortStableFunc(all, func(a, b guess) int {
		switch {
		case a.Probability > b.Probability:
			return -1
		case a.Probability < b.Probability:
			return 1
		}
		return 0
	})
	return all[:min(n, len(all))], nil
}

// distribution is the output itself if it is one, and its softmax otherwise.
func distribution(out []float32) ([]float64, error) {
	p := make([]float64, len(out))
	sum, least, most := 0.0, math.Inf(1), math.Inf(-1)
	for i, x := range out {
		p[i] = float64(x)
		if math.IsNaN(p[i]) || math.IsInf(p[i], 0) {
			return nil, fmt.Errorf("output %d is %v: see gpubench verify", i, x)
		}
		sum, least, most = sum+p[i], min(least, p[i]), max(most, p[i])
	}
	if least >= 0 && math.Abs(sum-1) < 1e-3 {
		return p, nil
	}
	sum = 0
	for i := range p {
		p[i] = math.Exp(p[i] - most)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p, nil
}

func printGuesses(sys *system, e bench.Entry, found [][]guess) error {
	for i, photo := range found {
		if i > 0 {
			fmt.Fprintln(sys.stdout)
		}
		fmt.Fprintf(sys.stdout, "%s, on %s (%s)\n", photo[0].Photo, e.Backend.Name(), e.Backend.Device())
		for _, g := range photo {
			label := g.Label
			if label == "" {
				label = "class " + fmt.Sprint(g.Class)
			}
			fmt.Fprintf(sys.stdout, "%7.2f %%  %4d  %s\n", 100*g.Probability, g.Class, label)
		}
	}
	return nil
}
