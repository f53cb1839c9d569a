package gpu

import (
	"fmt"
	"strconv"
	"strings"
)

// variant is one way to run a kernel: a choice among programs that compute the
// same. Kernels use some of its parts, the others are zero.
type variant struct {
	channels int  // output channels an invocation computes
	vectors  int  // vec4s of pixels, or rows of one, that it computes
	sums     int  // if channels are few, it computes more vectors: so many sums in all
	unroll   int  // input channels it takes at a time
	lanes    int  // invocations of a work group, at the most; or of those that share a band
	rows     int  // of a depthwise invocation
	parts    int  // invocations that share four outputs
	sparing  bool // of registers, at the cost of some arithmetic
	buffered bool // weights come from a buffer and not from a texture
	paired   bool // weights in fp16 come eight a texel
}

// bounds is what bounds the variants of a launch.
type bounds struct {
	kernel  kernelFile
	inputs  int // channels of one group
	outputs int
	vectors int  // vec4s of pixels, or rows of one, that there are
	rows    int  // of a plane
	strip   int  // vec4s of a row under the window
	half    bool // weights are fp16, and fetched by the texture unit
}

// kernelFile names a shader without its extension.
type kernelFile string

const (
	pointwiseFile kernelFile = "conv_pointwise"
	depthwiseFile kernelFile = "conv_depthwise"
	fusedFile     kernelFile = "conv_fused"
	generalFile   kernelFile = "conv_general"
	convPoolFile  kernelFile = "conv_pool"
	poolFile      kernelFile = "pool"
	connectedFile kernelFile = "fully_connected"
	classifyFile  kernelFile = "classifier"
)

// axis is one part of a variant.
type axis struct {
	name   string
	values []int // worth a try
	get    func(*variant) int
	set    func(*variant, int)
}

func numberAxis(name string, field func(*variant) *int, values ...int) axis {
	return axis{name, values,
		func(v *variant) int { return *field(v) },
		func(v *variant, n int) { *field(v) = n }}
}

func flagAxis(name string, field func(*variant) *bool) axis {
	return axis{name, []int{0, 1},
		func(v *variant) int {
			if *field(v) {
				return 1
			}
			return 0
		},
		func(v *variant, n int) { *field(v) = n == 1 }}
}

var (
	channelsAxis = numberAxis("channels", func(v *variant) *int { return &v.channels }, 4, 8, 12, 16, 20, 24)
	vectorsAxis  = numberAxis("vectors", func(v *variant) *int { return &v.vectors }, 1, 2, 4)
	unrollAxis   = numberAxis("unroll", func(v *variant) *int { return &v.unroll }, 1, 2, 4)
	lanesAxis    = numberAxis("lanes", func(v *variant) *int { return &v.lanes }, 16, 32, 64, 128)
	rowsAxis     = numberAxis("rows", func(v *variant) *int { return &v.rows }, 1, 2, 3, 4, 5, 6, 7, 8, 10, 14)
	partsAxis    = numberAxis("parts", func(v *variant) *int { return &v.parts }, 1, 2, 4, 8, 16, 32, 64)
	sparingAxis  = flagAxis("sparing", func(v *variant) *bool { return &v.sparing })
	bufferedAxis = flagAxis("buffered", func(v *variant) *bool { return &v.buffered })
	pairedAxis   = flagAxis("paired", func(v *variant) *bool { return &v.paired })
)

// allAxes is the order in which a variant is written.
var allAxes = []axis{channelsAxis, vectorsAxis, unrollAxis, lanesAxis, rowsAxis, partsAxis, sparingAxis, bufferedAxis, pairedAxis}

// axesOf has the parts that each kernel uses, those first that matter most.
var axesOf = map[kernelFile][]axis{
	pointwiseFile: {channelsAxis, vectorsAxis, unrollAxis, bufferedAxis, pairedAxis, lanesAxis},
	generalFile:   {channelsAxis, vectorsAxis, sparingAxis, bufferedAxis, lanesAxis},
	fusedFile:     {channelsAxis, vectorsAxis, lanesAxis, unrollAxis, sparingAxis, bufferedAxis},
	convPoolFile:  {channelsAxis, sparingAxis, lanesAxis, bufferedAxis},
	depthwiseFile: {rowsAxis, lanesAxis, sparingAxis, bufferedAxis},
	poolFile:      {lanesAxis, sparingAxis},
	connectedFile: {partsAxis, lanesAxis},
	classifyFile:  {lanesAxis},
}

// mostSums is how many vec4s of sums a variant may ask for: no GPU has registers for
// more, and compilers can take minutes over what does not fit.
const mostSums = 64

// check says why the kernel cannot run so, if it cannot.
func (v variant) check(b bounds, l *launchLimits) error {
	rest := v
	for _, a := range axesOf[b.kernel] {
		a.set(&rest, 0)
	}
	if rest != (variant{}) {
		return fmt.Errorf("%s has no %v", b.kernel, rest)
	}
	sums := b.kernel == pointwiseFile || b.kernel == fusedFile || b.kernel == generalFile
	pooled := b.kernel == convPoolFile
	loops := b.kernel == pointwiseFile || b.kernel == fusedFile
	lanes := 4
	if b.kernel == connectedFile {
		lanes = v.parts
	}
	for _, rule := range []struct {
		applies bool
		ok      bool
		what    string
	}{
		{true, powerOfTwo(v.lanes) && v.lanes >= lanes && v.lanes <= min(specMinimum.WorkGroupInvocations, l.WorkGroupInvocations), "lanes"},
		{pooled, v.channels > 0 && b.outputs%v.channels == 0, "channels"},
		{sums || pooled, v.channels >= 4 && v.channels%4 == 0 && v.channels <= 32 && v.channels < b.outputs+4, "channels"},
		{sums, v.vectors >= 1 && v.vectors <= max(b.vectors, 1), "vectors"},
		{sums, v.channels*v.vectors <= mostSums, "channels by vectors"},
		{loops, (v.unroll == 1 || v.unroll == 2 || v.unroll == 4) && b.inputs%v.unroll == 0, "unroll"},
		{v.paired, v.pairs(b), "pairs of weights"},
		{b.kernel == depthwiseFile, v.rows >= 1 && v.rows <= b.rows, "rows"},
		{b.kernel == connectedFile, powerOfTwo(v.parts) && v.parts >= 4, "parts"},
	} {
		if rule.applies && !rule.ok {
			return fmt.Errorf("%s by %v: the %s do not fit", b.kernel, v, rule.what)
		}
	}
	return nil
}

// pairs says whether weights can come eight a texel: whole texels at a time.
func (v variant) pairs(b bounds) bool {
	return b.half && !v.buffered && v.unroll*v.stride()%2 == 0
}

func powerOfTwo(n int) bool { return n > 0 && n&(n-1) == 0 }

// fit is the variant for a convolution of so many input and output channels of one
// group, and vec4s, or rows of one, of pixels.
func (v variant) fit(inputs, outputs, vectors int) variant {
	v.channels = v.tile(outputs)
	v.vectors = min(max(v.vectors, v.sums/v.channels), vectors)
	v.sums = 0
	for v.unroll > 1 && inputs%v.unroll != 0 {
		v.unroll /= 2
	}
	return v
}

// by takes so many input channels at a time, two or four, for sums in 16 bits. Weights of
// more output channels would not lie side by side then.
func (v variant) by(inputs int) variant {
	v.channels, v.sums, v.unroll = min(v.channels, 8), 0, inputs
	return v
}

// tile is how many of so many output channels an invocation computes: the number
// that comes out cheapest for a vec4 of pixels if loads of pixels cost as much as four
// channels, and so do four weights where there are sums to share out, and rather one
// that leaves none over.
func (v variant) tile(outputs int) int {
	best, cost := 4, 0
	for n := 4; n <= v.channels; n += 4 {
		c := 60 * ceilDiv(outputs, n) * (n + 4)
		if v.sums > 0 {
			c += 60 * ceilDiv(outputs, n) * n / max(v.vectors, v.sums/n)
		}
		if outputs%n != 0 {
			c++
		}
		if n == 4 || c < cost {
			best, cost = n, c
		}
	}
	return best
}

// stride is how many vec4s the weights of a tile's channels take, for one input
// channel and tap: a power of two, so that a texture's rows hold whole ones.
func (v variant) stride() int { return upTo(v.channels/4, 8) }

// macros names the variant of a convolution.
func (v variant) macros() []string {
	return append([]string{set("OC", v.channels), set("Q", v.channels/4), set("PX", max(v.vectors, 1)), set("U", max(v.unroll, 1)), set("QS", v.stride())}, v.spare()...)
}

// spare is the macro for what has few registers.
func (v variant) spare() []string {
	if v.sparing {
		return []string{"SPARING"}
	}
	return nil
}

// String writes the variant as in "channels=8 vectors=1 unroll=2 lanes=64 buffered".
func (v variant) String() string {
	var words []string
	for _, a := range allAxes {
		switch n := a.get(&v); {
		case n == 0:
		case a.isFlag():
			words = append(words, a.name)
		default:
			words = append(words, a.name+"="+strconv.Itoa(n))
		}
	}
	return strings.Join(words, " ")
}

func (a *axis) isFlag() bool { return a.values[0] == 0 }

// parseVariant reads what String wrote, and nothing else.
func parseVariant(text string) (variant, error) {
	var v variant
	for _, word := range strings.Split(text, " ") {
		name, digits, isNumber := strings.Cut(word, "=")
		n := 1
		if isNumber {
			var err error
			if n, err = strconv.Atoi(digits); err != nil || n < 1 || n > 1<<20 {
				return variant{}, fmt.Errorf("gpu: variant %q: %q is no number", text, digits)
			}
		}
		for _, a := range allAxes {
			if a.name == name && a.isFlag() != isNumber {
				a.set(&v, n)
			}
		}
	}
	if v.String() != text || text == "" {
		return variant{}, fmt.Errorf("gpu: %q is no variant", text)
	}
	return v, nil
}
