package kernels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/network"
)

// Tuning is what depends on how a GPU is built rather than on its limits: the
// variants of kernels that are used where shapes allow it, and those that were
// found best for a launch shape on this device.
type Tuning struct {
	Pointwise, Depthwise, Fused, General Variant

	InTexture, HalfInTexture bool // maps are better in a texture: fp32, and fp16
	ByImage                  bool // and textures are better read as images

	Strip int // vec4s of a row under the window that fit beside general's sums; 0 is any number

	Chosen map[string]Variant // by launch shape; they overrule the others
}

// Choice is how a step is run, among the variants of its kernel.
type Choice struct {
	Bounds  Bounds
	Shape   string // the launch shape: what decides which variant is best
	Variant Variant
	Tuned   bool
}

// choose gives the variant for a step: the one chosen for its launch shape, or what
// the family's default comes to.
func (t *Tables) choose(s *network.Step, b Bounds, structure ...[]string) *Choice {
	b.Half = t.Halves && !t.Images && !t.Texels
	c := &Choice{Bounds: b, Shape: launchShape(b.Kernel, s, slices.Concat(structure...)), Variant: t.standard(b)}
	v, ok := t.Chosen[c.Shape]
	if !ok {
		return c
	}
	if err := v.Check(b, t.limits); err != nil {
		t.unfit(c.Shape, err)
		return c
	}
	c.Variant, c.Tuned = v, true
	return c
}

// unfit notes that a chosen variant cannot be used, and goes without it.
func (t *Tables) unfit(shape string, why error) {
	t.Ignored = append(t.Ignored, fmt.Sprintf("%s: %v", shape, why))
	chosen := map[string]Variant{}
	for k, v := range t.Chosen {
		if k != shape {
			chosen[k] = v
		}
	}
	t.Chosen = chosen
}

// standard is the family's variant for a launch.
func (t *Tuning) standard(b Bounds) Variant {
	switch b.Kernel {
	case PointwiseFile:
		v := t.Pointwise.fit(b.Inputs, b.Outputs, b.Vectors)
		v.Paired, v.Twins = v.Paired && v.Pairs(b), v.Twins && v.HasTwins(b)
		return v
	case GeneralFile:
		v := t.General
		if t.Strip > 0 && b.Strip > t.Strip {
			v.Channels = max(4, v.Channels/8*4)
		}
		return v.fit(b.Inputs, b.Outputs, b.Vectors)
	case ConvPoolFile: // the general convolution's, as far as its tiles go
		v := t.General
		v.Vectors, v.Lanes, v.Channels = 0, t.Fused.Lanes, min(v.Channels, b.Outputs)
		for v.Channels > 4 && b.Outputs%v.Channels != 0 {
			v.Channels -= 4
		}
		v.Sparing = v.Sparing && v.Channels >= t.General.Channels // fewer leave room
		return v
	case FusedFile:
		return t.Fused.fit(b.Inputs, b.Outputs, b.Vectors)
	case DepthwiseFile:
		v := t.Depthwise
		v.Rows = min(v.Rows, b.Rows)
		return v
	case PoolFile, ClassifierFile:
		return Variant{Lanes: 64}
	case ConnectedFile:
		return Variant{Lanes: 64, Parts: 16}
	}
	panic("gpu: no variants of " + string(b.Kernel))
}

// launchShape is a text with everything that decides which variant of a kernel is
// best for a step, and nothing else: operands' shapes, and what of the operator and
// of how operands are addressed is compiled in.
func launchShape(k File, s *network.Step, structure []string) string {
	words := []string{string(k)}
	for i := range s.Inputs {
		words = append(words, "in="+operand(&s.Inputs[i]))
	}
	words = append(words, "out="+operand(&s.Output))
	if op, ok := s.Op.(network.Conv); ok && op.G() > 1 {
		words = append(words, Macro("groups", op.G()))
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
