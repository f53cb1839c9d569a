package main

import (
	"flag"
	"fmt"
	"image"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/internal/pixelstats"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// photoFlags say how a photo becomes a network's input. What is not said comes
// from the preset; without one, from what the network was trained on as far as
// its first BatchNorm tells; and else from the preset imagenet.
type photoFlags struct {
	preset, order, fit, mean, scale, std string
	resize                               int
}

func (p *photoFlags) define(f *flag.FlagSet) {
	f.StringVar(&p.preset, "preset", "", "`P`: of "+strings.Join(tensor.Presets(), ", "))
	f.StringVar(&p.order, "order", "", "`rgb|bgr`: of the colour planes")
	f.StringVar(&p.mean, "mean", "", "`A,B,C`: to take off, in 0..255")
	f.StringVar(&p.scale, "scale", "", "`A,B,C`: to multiply by, or one")
	f.StringVar(&p.std, "std", "", "`A,B,C`: to divide by instead")
	f.StringVar(&p.fit, "fit", "", "`how`: crop, stretch or letterbox")
	f.IntVar(&p.resize, "resize", 0, "`N`: shorter side, before a crop")
}

// choose gives the preprocessing for a network and its input shape, and one line
// about it.
func (p photoFlags) choose(g *network.Graph, shape tensor.Shape) (tensor.Preprocess, string, error) {
	pre, source, err := p.base(g)
	if err != nil {
		return pre, "", err
	}
	h, w := shape[2], shape[3]
	if pre.Fit == tensor.Crop {
		// Keep the preset's margin, which is given for its own square size.
		if h == w {
			pre.Shorter = (h*pre.Shorter + pre.Height/2) / pre.Height
		} else {
			pre.Shorter = 0
		}
	}
	pre.Height, pre.Width = h, w
	changed, err := p.override(&pre)
	if err != nil {
		return pre, "", err
	}
	if changed {
		source += ", changed by flags"
	}
	return pre, describePreprocess(pre) + " (" + source + ")", nil
}

// base is the preprocessing before the flags change it.
func (p photoFlags) base(g *network.Graph) (tensor.Preprocess, string, error) {
	if p.preset != "" {
		pre, err := tensor.Preset(p.preset)
		if err != nil {
			return pre, "", usagef("-preset: %w", err)
		}
		return pre, "preset " + p.preset, nil
	}
	pre, err := tensor.Preset("imagenet")
	if err != nil {
		return pre, "", err
	}
	if s, ok := pixelstats.Of(g); ok {
		if found, name, ok := s.Guess(); ok {
			pre.Order, pre.Mean, pre.Scale = found.Order, found.Mean, found.Scale
			return pre, "the model's first BatchNorm has seen " + name, nil
		}
	}
	return pre, "the default, preset imagenet", nil
}

// override applies the flags that were given.
func (p photoFlags) override(pre *tensor.Preprocess) (changed bool, err error) {
	switch strings.ToLower(p.order) {
	case "":
	case "rgb":
		pre.Order, changed = tensor.RGB, true
	case "bgr":
		pre.Order, changed = tensor.BGR, true
	default:
		return false, oneOf("-order", p.order, "rgb", "bgr")
	}
	switch p.fit {
	case "":
	case "crop":
		pre.Fit, changed = tensor.Crop, true
	case "stretch":
		pre.Fit, pre.Shorter, changed = tensor.Stretch, 0, true
	case "letterbox":
		pre.Fit, pre.Shorter, changed = tensor.Letterbox, 0, true
	default:
		return false, oneOf("-fit", p.fit, "crop", "stretch", "letterbox")
	}
	if p.resize != 0 {
		if p.resize < max(pre.Width, pre.Height) {
			return false, usagef("-resize %d: less than the input of %dx%d", p.resize, pre.Height, pre.Width)
		}
		pre.Fit, pre.Shorter, changed = tensor.Crop, p.resize, true
	}
	if p.scale != "" && p.std != "" {
		return false, usagef("-scale and -std are the same thing: give one")
	}
	for _, f := range []struct {
		name, word string
		set        func([3]float32)
	}{
		{"-mean", p.mean, func(v [3]float32) { pre.Mean = v }},
		{"-scale", p.scale, func(v [3]float32) { pre.Scale = v }},
		{"-std", p.std, func(v [3]float32) { pre.Scale = [3]float32{1 / v[0], 1 / v[1], 1 / v[2]} }},
	} {
		if f.word == "" {
			continue
		}
		v, err := planes(f.name, f.word)
		if err != nil {
			return false, err
		}
		f.set(v)
		changed = true
	}
	return changed, nil
}

// planes reads three numbers, or one for all three.
func planes(flag, word string) (v [3]float32, err error) {
	parts := strings.Split(word, ",")
	if len(parts) == 1 {
		parts = []string{word, word, word}
	}
	if len(parts) != 3 {
		return v, usagef("%s %q: one number or three are wanted", flag, word)
	}
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 32)
		if err != nil || (x == 0 && flag != "-mean") {
			return v, usagef("%s %q: %q is no usable number", flag, word, p)
		}
		v[i] = float32(x)
	}
	return v, nil
}

// apply makes a photo an input. One that has the input's size has been cut out
// already: it is not scaled up to be cut again.
func (p photoFlags) apply(pre tensor.Preprocess, img image.Image) (*tensor.Tensor, error) {
	return p.uncut(pre, img).Apply(img)
}

// placed is where the scaled photo lies in the input that apply makes.
func (p photoFlags) placed(pre tensor.Preprocess, img image.Image) image.Rectangle {
	size := img.Bounds().Size()
	return p.uncut(pre, img).Place(size.X, size.Y)
}

func (p photoFlags) uncut(pre tensor.Preprocess, img image.Image) tensor.Preprocess {
	if size := img.Bounds().Size(); size.X == pre.Width && size.Y == pre.Height && p.resize == 0 {
		pre.Shorter = 0
	}
	return pre
}

func describePreprocess(p tensor.Preprocess) string {
	how := p.Fit.String()
	if p.Fit == tensor.Crop && p.Shorter > 0 {
		how = fmt.Sprintf("shorter side %d, crop", p.Shorter)
	}
	text := fmt.Sprintf("%s to %dx%d, %v", how, p.Height, p.Width, p.Order)
	if p.Mean != [3]float32{} {
		text += " minus " + three(p.Mean)
	}
	if one := [3]float32{1, 1, 1}; p.Scale != [3]float32{} && p.Scale != one {
		text += " times " + three(p.Scale)
	}
	return text
}

func three(v [3]float32) string {
	if v[0] == v[1] && v[1] == v[2] {
		return fmt.Sprintf("%.4g", v[0])
	}
	return fmt.Sprintf("(%.4g, %.4g, %.4g)", v[0], v[1], v[2])
}
