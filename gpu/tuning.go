package gpu

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/network"
)

// tuning is what depends on how a GPU is built rather than on its limits: the
// variants of kernels that are used where shapes allow it, and those that were
// found best for a launch shape on this device.
type tuning struct {
	pointwise, depthwise, fused, general variant

	inTexture, halfInTexture bool // maps are better in a texture: fp32, and fp16
	byImage                  bool // and textures are better read as images

	strip int // vec4s of a row under the window that fit beside general's sums; 0 is any number

	chosen map[string]variant // by launch shape; they overrule the others
}

// choice is how a step is run, among the variants of its kernel.
type choice struct {
	bounds  bounds
	shape   string // the launch shape: what decides which variant is best
	variant variant
	tuned   bool
}

// choose gives the variant for a step: the one chosen for its launch shape, or what
// the family's default comes to.
func (t *tables) choose(s *network.Step, b bounds, structure ...[]string) *choice {
	b.half = t.halves && !t.images
	c := &choice{bounds: b, shape: launchShape(b.kernel, s, slices.Concat(structure...)), variant: t.standard(b)}
	v, ok := t.chosen[c.shape]
	if !ok {
		return c
	}
	if err := v.check(b, t.limits); err != nil {
		t.unfit(c.shape, err)
		return c
	}
	c.variant, c.tuned = v, true
	return c
}

// unfit notes that a chosen variant cannot be used, and goes without it.
func (t *tables) unfit(shape string, why error) {
	t.ignored = append(t.ignored, fmt.Sprintf("%s: %v", shape, why))
	chosen := map[string]variant{}
	for k, v := range t.chosen {
		if k != shape {
			chosen[k] = v
		}
	}
	t.chosen = chosen
}

// standard is the family's variant for a launch.
func (t *tuning) standard(b bounds) variant {
	switch b.kernel {
	case pointwiseFile:
		v := t.pointwise.fit(b.inputs, b.outputs, b.vectors)
		v.paired = v.paired && v.pairs(b)
		return v
	case generalFile:
		v := t.general
		if t.strip > 0 && b.strip > t.strip {
			v.channels = max(4, v.channels/8*4)
		}
		return v.fit(b.inputs, b.outputs, b.vectors)
	case convPoolFile: // the general convolution's, as far as its tiles go
		v := t.general
		v.vectors, v.lanes, v.channels = 0, t.fused.lanes, min(v.channels, b.outputs)
		for v.channels > 4 && b.outputs%v.channels != 0 {
			v.channels -= 4
		}
		v.sparing = v.sparing && v.channels >= t.general.channels // fewer leave room
		return v
	case fusedFile:
		return t.fused.fit(b.inputs, b.outputs, b.vectors)
	case depthwiseFile:
		v := t.depthwise
		v.rows = min(v.rows, b.rows)
		return v
	case poolFile, classifyFile:
		return variant{lanes: 64}
	case connectedFile:
		return variant{lanes: 64, parts: 16}
	}
	panic("gpu: no variants of " + string(b.kernel))
}

// launchShape is a text with everything that decides which variant of a kernel is
// best for a step, and nothing else: operands' shapes, and what of the operator and
// of how operands are addressed is compiled in.
func launchShape(k kernelFile, s *network.Step, structure []string) string {
	words := []string{string(k)}
	for i := range s.Inputs {
		words = append(words, "in="+operand(&s.Inputs[i]))
	}
	words = append(words, "out="+operand(&s.Output))
	if op, ok := s.Op.(network.Conv); ok && op.G() > 1 {
		words = append(words, set("groups", op.G()))
	}
	if b := s.Beside; b != nil {
		w := b.Op.Normal()
		words = append(words, fmt.Sprintf("beside=%s:%v/%v:%s", operand(&b.Input), w.Kernel, w.Stride, operand(&b.Output)))
	}
	return strings.Join(append(words, structure...), " ")
}

// operand is a view's shape, and how far apart rows lie if they are not only padded.
func operand(v *network.View) string {
	text := v.Shape.String()
	if v.Height > 1 && v.RowStride != ceilDiv(v.Width, 4)*4 {
		text += fmt.Sprintf("/%d", v.RowStride)
	}
	return text
}
