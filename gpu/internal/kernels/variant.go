package kernels

import (
	"fmt"
	"strconv"
	"strings"
)

// Variant is one way to run a kernel: a choice among programs that compute the
// same. Kernels use some of its parts, the others are zero.
type Variant struct {
	Channels int  // output channels an invocation computes
	Vectors  int  // vec4s of pixels, or rows of one, that it computes
	Sums     int  // if channels are few, it computes more vectors: so many sums in all
	Unroll   int  // input channels it takes at a time
	Lanes    int  // invocations of a work group, at the most; or of those that share a band
	Rows     int  // of a depthwise invocation
	Parts    int  // invocations that share four outputs
	Sparing  bool // of registers, at the cost of some arithmetic
	Buffered bool // weights come from a buffer and not from a texture
	Paired   bool // weights in fp16 come eight a texel
	Twins    bool // weights in fp16 come from two textures at a time, at the same place
}

// Bounds is what bounds the variants of a launch.
type Bounds struct {
	Kernel  File
	Inputs  int // channels of one group
	Outputs int
	Vectors int  // vec4s of pixels, or rows of one, that there are
	Rows    int  // of a plane
	Strip   int  // vec4s of a row under the window
	Half    bool // weights are fp16, and fetched by the texture unit
}

// File names a shader without its extension.
type File string

const (
	PointwiseFile  File = "conv_pointwise"
	DepthwiseFile  File = "conv_depthwise"
	FusedFile      File = "conv_fused"
	GeneralFile    File = "conv_general"
	ConvPoolFile   File = "conv_pool"
	PoolFile       File = "pool"
	ConnectedFile  File = "fully_connected"
	ClassifierFile File = "classifier"
)

// Axis is one part of a variant.
type Axis struct {
	Name   string
	Values []int // worth a try
	Get    func(*Variant) int
	Set    func(*Variant, int)
}

func numberAxis(name string, field func(*Variant) *int, values ...int) Axis {
	return Axis{name, values,
		func(v *Variant) int { return *field(v) },
		func(v *Variant, n int) { *field(v) = n }}
}

func flagAxis(name string, field func(*Variant) *bool) Axis {
	return Axis{name, []int{0, 1},
		func(v *Variant) int {
			if *field(v) {
				return 1
			}
			return 0
		},
		func(v *Variant, n int) { *field(v) = n == 1 }}
}

// eitherAxis is a flag that another one excludes.
func eitherAxis(name string, fields func(*Variant) (flag, other *bool)) Axis {
	a := flagAxis(name, func(v *Variant) *bool { flag, _ := fields(v); return flag })
	set := a.Set
	a.Set = func(v *Variant, n int) {
		set(v, n)
		if _, other := fields(v); n == 1 {
			*other = false
		}
	}
	return a
}

var (
	ChannelsAxis = numberAxis("channels", func(v *Variant) *int { return &v.Channels }, 4, 8, 12, 16, 20, 24)
	VectorsAxis  = numberAxis("vectors", func(v *Variant) *int { return &v.Vectors }, 1, 2, 4)
	UnrollAxis   = numberAxis("unroll", func(v *Variant) *int { return &v.Unroll }, 1, 2, 4)
	LanesAxis    = numberAxis("lanes", func(v *Variant) *int { return &v.Lanes }, 16, 32, 64, 128)
	RowsAxis     = numberAxis("rows", func(v *Variant) *int { return &v.Rows }, 1, 2, 3, 4, 5, 6, 7, 8, 10, 14)
	PartsAxis    = numberAxis("parts", func(v *Variant) *int { return &v.Parts }, 1, 2, 4, 8, 16, 32, 64)
	SparingAxis  = flagAxis("sparing", func(v *Variant) *bool { return &v.Sparing })
	BufferedAxis = flagAxis("buffered", func(v *Variant) *bool { return &v.Buffered })
	PairedAxis   = eitherAxis("paired", func(v *Variant) (*bool, *bool) { return &v.Paired, &v.Twins })
	TwinsAxis    = eitherAxis("twins", func(v *Variant) (*bool, *bool) { return &v.Twins, &v.Paired })
)

// allAxes is the order in which a variant is written.
var allAxes = []Axis{ChannelsAxis, VectorsAxis, UnrollAxis, LanesAxis, RowsAxis, PartsAxis, SparingAxis, BufferedAxis, PairedAxis, TwinsAxis}

// AxesOf has the parts that each kernel uses, those first that matter most.
var AxesOf = map[File][]Axis{
	PointwiseFile:  {ChannelsAxis, VectorsAxis, UnrollAxis, SparingAxis, BufferedAxis, PairedAxis, TwinsAxis, LanesAxis},
	GeneralFile:    {ChannelsAxis, VectorsAxis, SparingAxis, BufferedAxis, LanesAxis},
	FusedFile:      {ChannelsAxis, VectorsAxis, LanesAxis, UnrollAxis, SparingAxis, BufferedAxis},
	ConvPoolFile:   {ChannelsAxis, SparingAxis, LanesAxis, BufferedAxis},
	DepthwiseFile:  {RowsAxis, LanesAxis, SparingAxis, BufferedAxis},
	PoolFile:       {LanesAxis, SparingAxis},
	ConnectedFile:  {PartsAxis, LanesAxis},
	ClassifierFile: {LanesAxis},
}

// mostSums is how many vec4s of sums a variant may ask for: no GPU has registers for
// more, and compilers can take minutes over what does not fit.
const mostSums = 64

// Check says why the kernel cannot run so, if it cannot.
func (v Variant) Check(b Bounds, l *Limits) error {
	rest := v
	for _, a := range AxesOf[b.Kernel] {
		a.Set(&rest, 0)
	}
	if rest != (Variant{}) {
		return fmt.Errorf("%s has no %v", b.Kernel, rest)
	}
	sums := b.Kernel == PointwiseFile || b.Kernel == FusedFile || b.Kernel == GeneralFile
	pooled := b.Kernel == ConvPoolFile
	loops := b.Kernel == PointwiseFile || b.Kernel == FusedFile
	lanes := 4
	if b.Kernel == ConnectedFile {
		lanes = v.Parts
	}
	for _, rule := range []struct {
		applies bool
		ok      bool
		what    string
	}{
		{true, powerOfTwo(v.Lanes) && v.Lanes >= lanes && v.Lanes <= min(SpecMinimum.WorkGroupInvocations, l.WorkGroupInvocations), "lanes"},
		{pooled, v.Channels > 0 && b.Outputs%v.Channels == 0, "channels"},
		{sums || pooled, v.Channels >= 4 && v.Channels%4 == 0 && v.Channels <= 32 && v.Channels < b.Outputs+4, "channels"},
		{sums, v.Vectors >= 1 && v.Vectors <= max(b.Vectors, 1), "vectors"},
		{sums, v.Channels*v.Vectors <= mostSums, "channels by vectors"},
		{loops, (v.Unroll == 1 || v.Unroll == 2 || v.Unroll == 4) && b.Inputs%v.Unroll == 0, "unroll"},
		{v.Paired, v.Pairs(b), "pairs of weights"},
		{v.Twins, v.HasTwins(b) && !v.Paired, "twins of weights"},
		{b.Kernel == DepthwiseFile, v.Rows >= 1 && v.Rows <= b.Rows, "rows"},
		{b.Kernel == ConnectedFile, powerOfTwo(v.Parts) && v.Parts >= 4, "parts"},
	} {
		if rule.applies && !rule.ok {
			return fmt.Errorf("%s by %v: the %s do not fit", b.Kernel, v, rule.what)
		}
	}
	return nil
}

// Pairs says whether weights can come eight a texel: whole texels at a time.
func (v Variant) Pairs(b Bounds) bool {
	return b.Half && !v.Buffered && v.Unroll*v.Stride()%2 == 0
}

// HasTwins says whether weights can come from two textures in turns: whole texels of both at
// a time, which lie in one row.
func (v Variant) HasTwins(b Bounds) bool {
	return v.Pairs(b) && v.Unroll*v.Stride() <= 8
}

func powerOfTwo(n int) bool { return n > 0 && n&(n-1) == 0 }

// fit is the variant for a convolution of so many input and output channels of one
// group, and vec4s, or rows of one, of pixels.
func (v Variant) fit(inputs, outputs, vectors int) Variant {
	v.Channels = v.tile(outputs)
	v.Vectors = min(max(v.Vectors, v.Sums/v.Channels), vectors)
	v.Sums = 0
	for v.Unroll > 1 && inputs%v.Unroll != 0 {
		v.Unroll /= 2
	}
	return v
}

// by takes so many input channels at a time, two or four, for sums in 16 bits. Weights of
// more output channels would not lie side by side then.
func (v Variant) by(inputs int) Variant {
	v.Channels, v.Sums, v.Unroll = min(v.Channels, 8), 0, inputs
	return v
}

// tile is how many of so many output channels an invocation computes: the number
// that comes out cheapest for a vec4 of pixels if loads of pixels cost as much as four
// channels, and so do four weights where there are sums to share out, and rather one
// that leaves none over.
func (v Variant) tile(outputs int) int {
	best, cost := 4, 0
	for n := 4; n <= v.Channels; n += 4 {
		c := 60 * ceilDiv(outputs, n) * (n + 4)
		if v.Sums > 0 {
			c += 60 * ceilDiv(outputs, n) * n / max(v.Vectors, v.Sums/n)
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

// Stride is how many vec4s the weights of a tile's channels take, for one input
// channel and tap: a power of two, so that a texture's rows hold whole ones.
func (v Variant) Stride() int { return upTo(v.Channels/4, 8) }

// macros names the variant of a convolution.
func (v Variant) macros() []string {
	return append([]string{Macro("OC", v.Channels), Macro("Q", v.Channels/4), Macro("PX", max(v.Vectors, 1)), Macro("U", max(v.Unroll, 1)), Macro("QS", v.Stride())}, v.spare()...)
}

// spare is the macro for what has few registers.
func (v Variant) spare() []string {
	if v.Sparing {
		return []string{"SPARING"}
	}
	return nil
}

// String writes the variant as in "channels=8 vectors=1 unroll=2 lanes=64 buffered".
func (v Variant) String() string {
	var words []string
	for _, a := range allAxes {
		switch n := a.Get(&v); {
		case n == 0:
		case a.isFlag():
			words = append(words, a.Name)
		default:
			words = append(words, a.Name+"="+strconv.Itoa(n))
		}
	}
	return strings.Join(words, " ")
}

func (a *Axis) isFlag() bool { return a.Values[0] == 0 }

// ParseVariant reads what String wrote, and nothing else.
func ParseVariant(text string) (Variant, error) {
	var v Variant
	for _, word := range strings.Split(text, " ") {
		name, digits, isNumber := strings.Cut(word, "=")
		n := 1
		if isNumber {
			var err error
			if n, err = strconv.Atoi(digits); err != nil || n < 1 || n > 1<<20 {
				return Variant{}, fmt.Errorf("gpu: variant %q: %q is no number", text, digits)
			}
		}
		for _, a := range allAxes {
			if a.Name == name && a.isFlag() != isNumber {
				a.Set(&v, n)
			}
		}
	}
	if v.String() != text || text == "" {
		return Variant{}, fmt.Errorf("gpu: %q is no variant", text)
	}
	return v, nil
}
