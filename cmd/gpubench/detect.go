package main

import (
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/internal/detect"
	"github.com/shufflegl/shufflegl/internal/report"
	"github.com/shufflegl/shufflegl/internal/safefile"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func detectCommand() command {
	return command{
		name:    "detect",
		args:    " PHOTO...",
		summary: "find objects in photos, print their boxes and draw them",
		about: "It knows the post-processing of " + strings.Join(decoderNames(), ", ") + ", recognises each by the\n" +
			"model's outputs, and takes its preprocessing. Boxes are in pixels. PHOTO is a JPEG, PNG, BMP or WebP file, or - for standard input.",
		examples: []string{
			"detect -model nanodet.onnx -output boxes.png photo.jpg",
			"detect -model yolo-fastestv2.onnx -threshold 0.5 photo.jpg",
		},
		define: func(f *flag.FlagSet) action {
			var d detectFlags
			d.define(f)
			return d.run
		},
	}
}

type detectFlags struct {
	modelFlags
	photos                         photoFlags
	device                         deviceFlags
	decode, labels, format, output string
	threshold, overlap             float64
}

func (d *detectFlags) define(f *flag.FlagSet) {
	d.modelFlags.define(f, "", false)
	f.StringVar(&d.output, "output", "", "`OUT.png`: with boxes; or .jpg")
	f.StringVar(&d.labels, "labels", "", "`FILE`: names, one a line or in JSON (default the model's usual)")
	f.Float64Var(&d.threshold, "threshold", 0, "`S`: of scores (default as published)")
	f.Float64Var(&d.overlap, "overlap", 0, "`U`: of boxes (default as published)")
	f.StringVar(&d.decode, "decode", "", "`D`: "+strings.Join(decoderNames(), ", ")+" (default by the outputs)")
	f.StringVar(&d.format, "format", "text", "`text|json`: how to print")
	d.device.define(f)
	d.photos.define(f)
}

func decoderNames() []string {
	var names []string
	for _, d := range detect.Decoders() {
		names = append(names, d.Name)
	}
	return names
}

func (d *detectFlags) check(photos []string) error {
	switch {
	case len(photos) == 0:
		return usagef("which photo? gpubench detect -model M photo.jpg")
	case d.models == "":
		return usagef("which model? -model takes a file ending in .onnx")
	case !(d.threshold >= 0 && d.threshold <= 1):
		return usagef("-threshold %g: 0 to 1", d.threshold)
	case !(d.overlap >= 0 && d.overlap <= 1):
		return usagef("-overlap %g: 0 to 1", d.overlap)
	case d.output != "" && len(photos) > 1:
		return usagef("-output %s: for one photo, %d are given", d.output, len(photos))
	}
	if d.output != "" {
		if _, err := pictureWriter(d.output); err != nil {
			return err
		}
		if sameFile(d.output, photos[0]) {
			return usagef("-output %s: that is what is to be read", d.output)
		}
	}
	if d.decode != "" {
		if err := oneOf("-decode", d.decode, decoderNames()...); err != nil {
			return err
		}
	}
	if err := d.device.check(); err != nil {
		return err
	}
	return oneOf("-format", d.format, "text", "json")
}

// pictureWriter gives the way to write a picture to a file of that name.
func pictureWriter(path string) (func(io.Writer, image.Image) error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png":
		return png.Encode, nil
	case ".jpg", ".jpeg":
		return func(w io.Writer, img image.Image) error { return jpeg.Encode(w, img, &jpeg.Options{Quality: 92}) }, nil
	}
	return nil, usagef("-output %s: a name ending in .png or .jpg is wanted", path)
}

// detector is a model with its post-processing.
type detector struct {
	detect.Decoder
	pre           tensor.Preprocess
	width, height int // of the input
	labels        []string
}

func (d *detectFlags) run(sys *system, photos []string) error {
	if err := d.check(photos); err != nil {
		return err
	}
	v, err := d.one()
	if err != nil {
		return err
	}
	v.batch = 1
	g, err := d.load(v)
	if err != nil {
		return err
	}
	det, how, err := d.detector(g, v.name)
	if err != nil {
		return err
	}
	e, done, err := d.device.open(sys)
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
	found := []objectJSON{}
	var failed several
	seen := 0
	for i, photo := range photos {
		bar.update("photos", i, len(photos))
		img, err := loadPhoto(sys, photo)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		boxes, err := d.look(s, det, img)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", photo, err))
			continue
		}
		if d.output != "" {
			if err := savePicture(d.output, detect.Draw(img, boxes, det.labels)); err != nil {
				return err
			}
		}
		objects := describeBoxes(boxes, det.labels, photo)
		if d.format == "text" {
			bar.done()
			if seen > 0 {
				fmt.Fprintln(sys.stdout)
			}
			printObjects(sys.stdout, photo, e, objects)
		}
		seen++
		found = append(found, objects...)
	}
	bar.done()
	// What is known of other photos is printed, whatever is wrong with one.
	if d.format == "json" && seen > 0 {
		if err := report.JSON(sys.stdout, found); err != nil {
			failed = append(failed, err)
		}
	}
	return failed.err()
}

// detector finds out what the model's outputs mean, and how photos become its
// input.
func (d *detectFlags) detector(g *network.Graph, name string) (det detector, how string, err error) {
	if len(g.Inputs) != 1 || !isPicture(g.Inputs[0].Shape) || g.Inputs[0].Shape[0] != 1 {
		return det, "", fmt.Errorf("%s is no detector: its inputs are not one colour picture", name)
	}
	shape := g.Inputs[0].Shape
	det.height, det.width = shape[2], shape[3]
	outs := outputsOf(g, nil)
	var ok bool
	if d.decode != "" {
		det.Decoder, ok = detect.ByName(d.decode)
	} else {
		det.Decoder, ok = detect.Recognise(outs, det.width, det.height)
	}
	if !ok {
		var shapes []string
		for _, o := range outs[:min(len(outs), 8)] {
			shapes = append(shapes, fmt.Sprintf("%q %v", o.Name, o.Shape))
		}
		return det, "", fmt.Errorf("%s is no detector that is known (%s): its outputs are %s", name, strings.Join(decoderNames(), ", "), strings.Join(shapes, ", "))
	}
	if d.threshold == 0 {
		d.threshold = det.Score
	}
	if d.overlap == 0 {
		d.overlap = det.Overlap
	}
	if det.labels, err = readLabels(d.labels); err != nil {
		return det, "", err
	}
	if det.labels == nil {
		det.labels = det.Labels
	}
	if d.photos.preset == "" {
		d.photos.preset = det.Preset
	}
	det.pre, how, err = d.photos.choose(g, shape)
	return det, how, err
}

// outputsOf names the outputs of a run, or with none their shapes.
func outputsOf(g *network.Graph, results []*tensor.Tensor) []detect.Output {
	outs := make([]detect.Output, len(g.Outputs))
	for i, v := range g.Outputs {
		outs[i] = detect.Output{Name: v.Name, Tensor: &tensor.Tensor{Shape: v.Shape}}
		if results != nil {
			outs[i].Tensor = results[i]
		}
	}
	return outs
}

// look finds the objects in a photo.
func (d *detectFlags) look(s *network.Session, det detector, img image.Image) ([]detect.Box, error) {
	in, err := d.photos.apply(det.pre, img)
	if err != nil {
		return nil, err
	}
	results, err := s.Run(in)
	if err != nil {
		return nil, err
	}
	boxes, err := det.Decode(outputsOf(s.Plan.Source, results), det.width, det.height, d.threshold, d.overlap)
	if err != nil {
		return nil, err
	}
	size := img.Bounds().Size()
	return detect.Place(boxes, d.photos.placed(det.pre, img), size.X, size.Y), nil
}

func savePicture(path string, img image.Image) error {
	encode, err := pictureWriter(path)
	if err != nil {
		return err
	}
	if err := safefile.Save(path, func(w io.Writer) error { return encode(w, img) }); err != nil {
		return fmt.Errorf("saving %s: %w", path, err)
	}
	return nil
}

// objectJSON is an object that was found; scripts rely on the names.
type objectJSON struct {
	Class int        `json:"class"`
	Label string     `json:"label"`
	Score float64    `json:"score"`
	Box   [4]float64 `json:"box"` // left, top, right, bottom in pixels of the photo
	Photo string     `json:"photo"`
}

func describeBoxes(boxes []detect.Box, labels []string, photo string) []objectJSON {
	round := func(x float64, digits float64) float64 { return math.Round(x*digits) / digits }
	objects := []objectJSON{}
	for _, b := range boxes {
		objects = append(objects, objectJSON{b.Class, detect.Label(labels, b.Class), round(b.Score, 1e4),
			[4]float64{round(b.X0, 10), round(b.Y0, 10), round(b.X1, 10), round(b.Y1, 10)}, photo})
	}
	return objects
}

func printObjects(w io.Writer, photo string, e bench.Entry, objects []objectJSON) {
	what := fmt.Sprintf("%d objects", len(objects))
	if len(objects) == 1 {
		what = "1 object"
	}
	fmt.Fprintf(w, "%s, on %s (%s): %s\n", photo, e.Backend.Name(), e.Backend.Device(), what)
	if len(objects) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "score\tclass\tleft\ttop\tright\tbottom\t  label")
	for _, o := range objects {
		fmt.Fprintf(t, "%.4f\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t  %s\n", o.Score, o.Class, o.Box[0], o.Box[1], o.Box[2], o.Box[3], o.Label)
	}
	t.Flush()
}
