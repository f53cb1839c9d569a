package kernels

import (
	"regexp"
)

// Family is a kind of GPU, and the variants that it gets where nobody has tuned.
type Family struct {
	Name     string
	Renderer *regexp.Regexp // what GL_RENDERER looks like
	Basis    Basis
	Tuning   Tuning
}

// Basis is what a family's variants were chosen by. No row has been tested on
// hardware yet.
type Basis string

const (
	ByMeasure  Basis = "measured" // they were run on it, and were the fastest
	ByCompiler Basis = "compiled" // Mesa's compiler for such a GPU makes the most of them: see RATIONALE.md
	ByGuess    Basis = "guessed"  // by the number of registers in its manuals
)

// eight is what GPUs with 64 registers an invocation, or unknown ones, get: 32 sums.
var eight = Tuning{
	Pointwise: Variant{Channels: 8, Vectors: 1, Unroll: 2, Lanes: 64},
	Depthwise: Variant{Rows: 4, Lanes: 64},
	Fused:     Variant{Channels: 8, Vectors: 1, Unroll: 2, Lanes: 64},
	General:   Variant{Channels: 4, Vectors: 1, Lanes: 64},
}

// wide is for GPUs with more registers: 64 sums.
var wide = Tuning{
	Pointwise: Variant{Channels: 8, Vectors: 2, Unroll: 2, Lanes: 64},
	Depthwise: Variant{Rows: 4, Lanes: 64},
	Fused:     Variant{Channels: 8, Vectors: 2, Unroll: 2, Lanes: 64},
	General:   Variant{Channels: 8, Vectors: 1, Lanes: 64},
}

// software is for renderers that make code for the processor. They have no registers
// to run out of, but pay dearly for each load, least for one of an image, and to unpack fp16
// by integers.
var software = Tuning{
	InTexture: true, HalfInTexture: true, ByImage: true,

	Pointwise: Variant{Channels: 20, Vectors: 2, Sums: 64, Unroll: 2, Lanes: 32},
	Depthwise: Variant{Rows: 7, Lanes: 64},
	Fused:     Variant{Channels: 20, Vectors: 2, Sums: 64, Unroll: 2, Lanes: 16},
	General:   Variant{Channels: 16, Vectors: 3, Lanes: 64},
}

// Families are looked through in order: names of software renderers also stand
// behind others, as in "ANGLE (Mesa, llvmpipe ...)", and so they come first.
var Families = []Family{
	{"llvmpipe", pattern(`llvmpipe`), ByMeasure, software},
	{"softpipe", pattern(`softpipe`), ByGuess, software},
	{"software", pattern(`swiftshader|swrast|software`), ByGuess, software},
	{"V3D", pattern(`\bv3d\b|videocore`), ByCompiler, Tuning{
		// Half of Mali's registers. Weights in a texture take more of them than in a
		// buffer, and arithmetic more than loads.
		Pointwise: Variant{Channels: 4, Vectors: 1, Unroll: 4, Lanes: 64, Sparing: true, Buffered: true},
		Depthwise: Variant{Rows: 4, Lanes: 64},
		Fused:     Variant{Channels: 4, Vectors: 1, Unroll: 4, Lanes: 64, Sparing: true, Buffered: true},
		General:   Variant{Channels: 4, Vectors: 1, Lanes: 64, Sparing: true, Buffered: true},
	}},
	{"Mali Bifrost", pattern(`mali-g(31|51|52|71|72|76)\b`), ByCompiler, bifrost()},
	{"Mali Valhall", pattern(`mali-g\d|immortalis`), ByCompiler, valhall()},
	{"Adreno", pattern(`adreno|\bfd\d{3}\b`), ByCompiler, adrenoTuning()},
	{"Intel", pattern(`\bintel\b`), ByGuess, eight},
	{"AMD", pattern(`\bamd\b|radeon`), ByGuess, wide},
	{"NVIDIA", pattern(`nvidia|tegra|geforce|quadro|\bnv[0-9a-f]{2,3}\b`), ByGuess, wide},
	{"other", pattern(``), ByGuess, eight},
}

func pattern(text string) *regexp.Regexp { return regexp.MustCompile("(?i)" + text) }

// bifrost has room for twice as many sums in the general convolution, if the rest is
// kept short and rows under the window are not too wide. Arithmetic is its limit, that of
// loops' addresses too, of which twins of weights take fewer.
func bifrost() Tuning {
	t := eight
	t.Pointwise.Unroll, t.Pointwise.Twins = 4, true
	t.General = Variant{Channels: 8, Vectors: 1, Lanes: 64, Sparing: true}
	t.Strip = 2
	t.InTexture, t.HalfInTexture = true, true
	return t
}

// valhall computes more multiply-adds than it loads operands for from buffers, or fetches
// weights for.
func valhall() Tuning {
	t := eight
	t.InTexture, t.HalfInTexture = true, true
	t.Pointwise.Paired = true
	return t
}

// adrenoTuning has fp16 unpacked by its texture unit: by instructions, as Mesa's compiler
// makes them, a network takes twice as many in all.
func adrenoTuning() Tuning {
	t := wide
	t.HalfInTexture = true
	return t
}

// FamilyOf finds the family of a GPU that is known by its renderer's name.
func FamilyOf(renderer string) *Family {
	for n := range Families {
		if f := &Families[n]; f.Renderer.MatchString(renderer) {
			return f
		}
	}
	panic("gpu: the last family has everything")
}

// Shipped are its defaults, for products in fp16 or in fp32.
func (f *Family) Shipped(half bool) Tuning {
	t := f.Tuning
	if half {
		t.Pointwise, t.Fused = t.Pointwise.by(4), t.Fused.by(2) // by four Mali has no registers
		t.Pointwise.Paired, t.Pointwise.Twins = false, false    // nor for these
	}
	return t
}
