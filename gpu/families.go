package gpu

import (
	"regexp"
)

// family is a kind of GPU, and the variants that it gets where nobody has tuned.
type family struct {
	name     string
	renderer *regexp.Regexp // what GL_RENDERER looks like
	basis    basis
	tuning   tuning
}

// basis is what a family's variants were chosen by. No row has been tested on
// hardware yet.
type basis string

const (
	byMeasure  basis = "measured" // they were run on it, and were the fastest
	byCompiler basis = "compiled" // Mesa's compiler for such a GPU makes the most of them: see RATIONALE.md
	byGuess    basis = "guessed"  // by the number of registers in its manuals
)

// eight is what GPUs with 64 registers an invocation, or unknown ones, get: 32 sums.
var eight = tuning{
	pointwise: variant{channels: 8, vectors: 1, unroll: 2, lanes: 64},
	depthwise: variant{rows: 4, lanes: 64},
	fused:     variant{channels: 8, vectors: 1, unroll: 2, lanes: 64},
	general:   variant{channels: 4, vectors: 1, lanes: 64},
}

// wide is for GPUs with more registers: 64 sums.
var wide = tuning{
	pointwise: variant{channels: 8, vectors: 2, unroll: 2, lanes: 64},
	depthwise: variant{rows: 4, lanes: 64},
	fused:     variant{channels: 8, vectors: 2, unroll: 2, lanes: 64},
	general:   variant{channels: 8, vectors: 1, lanes: 64},
}

// software is for renderers that make code for the processor. They have no registers
// to run out of, but pay dearly for each load, least for one of an image, and to unpack fp16
// by integers.
var software = tuning{
	inTexture: true, halfInTexture: true, byImage: true,

	pointwise: variant{channels: 20, vectors: 2, sums: 64, unroll: 2, lanes: 32},
	depthwise: variant{rows: 7, lanes: 64},
	fused:     variant{channels: 20, vectors: 2, sums: 64, unroll: 2, lanes: 16},
	general:   variant{channels: 16, vectors: 3, lanes: 64},
}

// families are looked through in order: names of software renderers also stand
// behind others, as in "ANGLE (Mesa, llvmpipe ...)", and so they come first.
var families = []family{
	{"llvmpipe", pattern(`llvmpipe`), byMeasure, software},
	{"softpipe", pattern(`softpipe`), byGuess, software},
	{"software", pattern(`swiftshader|swrast|software`), byGuess, software},
	{"V3D", pattern(`\bv3d\b|videocore`), byCompiler, tuning{
		// Half of Mali's registers. Weights in a texture take more of them than in a
		// buffer, and arithmetic more than loads.
		pointwise: variant{channels: 4, vectors: 1, unroll: 2, lanes: 64, buffered: true},
		depthwise: variant{rows: 4, lanes: 64},
		fused:     variant{channels: 4, vectors: 1, unroll: 4, lanes: 64, sparing: true, buffered: true},
		general:   variant{channels: 4, vectors: 1, lanes: 64, sparing: true, buffered: true},
	}},
	{"Mali Bifrost", pattern(`mali-g(31|51|52|71|72|76)\b`), byCompiler, bifrost()},
	{"Mali Valhall", pattern(`mali-g\d|immortalis`), byCompiler, valhall()},
	{"Adreno", pattern(`adreno|\bfd\d{3}\b`), byCompiler, adrenoTuning()},
	{"Intel", pattern(`\bintel\b`), byGuess, eight},
	{"AMD", pattern(`\bamd\b|radeon`), byGuess, wide},
	{"NVIDIA", pattern(`nvidia|tegra|geforce|quadro|\bnv[0-9a-f]{2,3}\b`), byGuess, wide},
	{"other", pattern(``), byGuess, eight},
}

func pattern(text string) *regexp.Regexp { return regexp.MustCompile("(?i)" + text) }

// bifrost has room for twice as many sums in the general convolution, if the rest is
// kept short and rows under the window are not too wide. Arithmetic is its limit, that of
// loops' addresses too.
func bifrost() tuning {
	t := eight
	t.pointwise.unroll = 4
	t.general = variant{channels: 8, vectors: 1, lanes: 64, sparing: true}
	t.strip = 2
	t.inTexture, t.halfInTexture = true, true
	return t
}

// valhall computes more multiply-adds than it loads operands for from buffers, or fetches
// weights for.
func valhall() tuning {
	t := eight
	t.inTexture, t.halfInTexture = true, true
	t.pointwise.paired = true
	return t
}

// adrenoTuning has fp16 unpacked by its texture unit: by instructions, as Mesa's compiler
// makes them, a network takes twice as many in all.
func adrenoTuning() tuning {
	t := wide
	t.halfInTexture = true
	return t
}

// familyOf finds the family of a GPU that is known by its renderer's name.
func familyOf(renderer string) *family {
	for n := range families {
		if f := &families[n]; f.renderer.MatchString(renderer) {
			return f
		}
	}
	panic("gpu: the last family has everything")
}

// shipped are its defaults, for products in fp16 or in fp32.
func (f *family) shipped(half bool) tuning {
	t := f.tuning
	if half {
		t.pointwise, t.fused = t.pointwise.by(4), t.fused.by(2) // by four Mali has no registers
		t.pointwise.paired = false                              // nor for this
	}
	return t
}
