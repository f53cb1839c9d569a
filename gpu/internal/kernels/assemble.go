package kernels

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// Dispatch is a step as the device runs it: a program, its parameters, its
// weights, and how many work groups.
type Dispatch struct {
	Program shaders.Program
	Params  Params
	Weights []float32 // packed for the program; nil if it has none
	Stream  bool      // weights are read once: better from a buffer
	Paired  bool      // else a texel has two vec4s of them, which must be fp16
	Twins   bool      // or they lie in two textures, in turns
	Choice  *Choice   // of the variant; nil if there is no choice
	Holds   bool      // work groups keep something behind the maps
	Step    int
	beside  int // the word of parameters that is resultBase for what is done beside

	cut    func(block int) []Dispatch // shares out weights that are more than a block of so many
	Groups [3]int
	Rounds Rounds // of loops, for those who count what it costs
}

// Kernel turns a step of a plan into a dispatch. It is pure: it sees the index
// tables it adds to, and no device.
type Kernel func(*Tables, *network.Step) (Dispatch, error)

// Of has a kernel for every kind of step. Several kinds of step may come
// to one shader where their shapes ask for it.
var Of = map[network.Kernel]Kernel{
	network.ConvPointwise:     convPointwise,
	network.ConvDepthwise:     convDepthwise,
	network.ConvGeneral:       convGeneral,
	network.PoolWindow:        pool,
	network.PoolGlobal:        poolGlobal,
	network.FullyConnectedRow: fullyConnected,
	network.SoftmaxRow:        softmax,
	network.Elementwise:       elementwise,
	network.ConvFused:         convFused,
	network.ConvUnit:          convFused,
	network.ConvPooled:        convPool,
	network.ConvTransposed:    convTranspose,
	network.NormInstance:      instanceNorm,
	network.NormLocal:         localNorm,
	network.MeanAxes:          mean,
	network.MatrixProduct:     matmul,
	network.ResamplePixels:    resample,

	network.FullyConnectedFused: classifier,
}

// Assemble turns every step of a plan into a dispatch within the limits, or
// rarely into several.
func Assemble(p *network.Plan, limits *Limits, how Tuning, stored Storage) ([]Dispatch, *Tables, error) {
	t := how.Tables(limits, stored)
	if t.Texture {
		var err error
		if t.Results, err = resultsOf(p); err != nil {
			return nil, nil, fmt.Errorf("gpu: %q: %w", p.Name, err)
		}
	}
	var ds []Dispatch
	for i := range p.Steps {
		s := &p.Steps[i]
		k, ok := Of[s.Kernel]
		if !ok {
			return nil, nil, fmt.Errorf("gpu: %s %q: no kernel %q: %w", s.Op.Kind(), s.Name, s.Kernel, network.ErrUnsupported)
		}
		for _, r := range s.Results() {
			if !Aligned(r.View) {
				return nil, nil, fmt.Errorf("gpu: %s %q: rows begin at any float, not at multiples of four; plan with gpu.PlanOptions: %w", s.Op.Kind(), r.Name, network.ErrUnsupported)
			}
		}
		parts, err := t.Dispatches(k, s)
		if err != nil {
			return nil, nil, fmt.Errorf("gpu: %s %q: %w", s.Op.Kind(), s.Name, err)
		}
		for _, d := range parts {
			d.Step = i
			t.Results.tell(&d)
			ds = append(ds, d)
		}
	}
	return ds, t, nil
}

// Dispatches turns a step into one dispatch, or rarely several. A variant that was
// chosen for its launch shape and does not work out is left aside.
func (t *Tables) Dispatches(k Kernel, s *network.Step) ([]Dispatch, error) {
	d, err := k(t, s)
	parts := []Dispatch{d}
	if err == nil {
		err = t.checkRange(d.Weights)
	}
	if block := t.limits.StorageBlockSize / t.Bytes(); err == nil && d.cut != nil && len(d.Weights) > block {
		parts = d.cut(block)
	}
	for i := range parts {
		parts[i].placeWeights(t.limits, t.Storage)
		parts[i].Program = t.Compiled(parts[i].Program)
		if err == nil {
			err = parts[i].fits(t.limits, t.Bytes())
		}
	}
	if err != nil && d.Choice != nil && d.Choice.Tuned {
		t.unfit(d.Choice.Shape, err)
		return t.Dispatches(k, s)
	}
	return parts, err
}

func (d *Dispatch) fits(l *Limits, element int) error {
	for i, n := range d.Groups {
		if n > l.WorkGroupCount[i] {
			return fmt.Errorf("%w: %v work groups, at most %v", ErrLimit, d.Groups, l.WorkGroupCount)
		}
	}
	if n := element * len(d.Weights); d.Stream && n > l.StorageBlockSize {
		return fmt.Errorf("%w: %d bytes of weights, a block holds at most %d", ErrLimit, n, l.StorageBlockSize)
	}
	return nil
}

// Tables collects the index tables of all steps: the planes of views that do
// not lie at equal distances. Equal tables are kept once.
type Tables struct {
	Index []int32
	at    map[string]int

	limits  *Limits
	Tuning           // for kernels to ask
	Storage          // of maps
	Results Results  // where they are read back from
	Ignored []string // variants chosen for launch shapes that cannot be used, and why
}

func (how Tuning) Tables(limits *Limits, stored Storage) *Tables {
	return &Tables{at: map[string]int{}, limits: limits, Tuning: how, Storage: stored}
}

// view gives an operand as shaders address it: base, stride, table or −1, and
// distance of rows.
func (t *Tables) view(v *network.View) [4]int32 {
	if v == nil {
		return [4]int32{0, 0, -1, 0}
	}
	if base, stride, ok := v.Even(); ok {
		return [4]int32{int32(base), int32(stride), -1, int32(v.RowStride)}
	}
	return [4]int32{0, 0, int32(t.add(v.Planes)), int32(v.RowStride)}
}

// add puts a table into the index buffer, unless it is there, and gives its place.
func (t *Tables) add(table []int32) int {
	words, _ := binary.Append(nil, binary.LittleEndian, table)
	key := string(words)
	at, ok := t.at[key]
	if !ok {
		t.Index = Padded(t.Index, 16) // some read four entries at a time
		at = len(t.Index)
		t.at[key] = at
		t.Index = append(t.Index, table...)
	}
	return at
}

// scratch gives a place behind the tables for so many words of a launch's own, zero
// before the first run.
func (t *Tables) scratch(words int) int {
	at := len(t.Index)
	t.Index = append(t.Index, make([]int32, words)...)
	t.Scratched = true
	return at
}

// The words of parameters that say where the weights begin, and the results.
const WeightBase, ResultBase = 14, 15

// Params is a shader's uniform block, word by word.
type Params []int32

func (p *Params) Ints(v ...int) {
	for _, i := range v {
		*p = append(*p, int32(i))
	}
}

// operands begins a shader's parameters with what common.glsl calls OPERANDS,
// and names the macros of the epilogue that the step needs.
func (t *Tables) operands(s *network.Step, from *network.View, act network.Activation) (Params, []string) {
	var p Params
	var defines []string
	for i, v := range []*network.View{from, &s.Output, s.Residual} {
		w := t.view(v)
		p = append(p, w[:]...)
		if w[2] >= 0 {
			defines = append(defines, [...]string{"FROM_TABLE", "TO_TABLE", "ADDED_TABLE"}[i])
		}
		if v != nil && !Aligned(v) {
			defines = append(defines, [...]string{"FROM_LOOSE", "", "ADDED_LOOSE"}[i])
		}
	}
	p = append(p, bits(act.A), bits(act.B), 0, 0) // the places are known later
	if s.Residual != nil {
		defines = append(defines, "ADDED")
	}
	if act.On() {
		defines = append(defines, Macro("ACTIVATION", int(act.Fn)))
	}
	return p, defines
}

// bits is a float as a word of parameters. Infinities are kept out of shaders,
// where they need not exist.
func bits(x float32) int32 {
	return int32(math.Float32bits(min(max(x, -math.MaxFloat32), math.MaxFloat32)))
}

// Aligned reports whether a view's rows begin at whole vec4s of the arena.
func Aligned(v *network.View) bool {
	ok := v.Height == 1 || v.RowStride%4 == 0
	for _, off := range v.Planes {
		ok = ok && off%4 == 0
	}
	return ok
}

// flat reports whether the views' planes can be walked in step, as runs of vec4s.
func flat(views ...*network.View) bool {
	first := views[0]
	for _, v := range views {
		if v == nil {
			continue
		}
		if v.Broadcast() || v.Height != first.Height || v.Width != first.Width || v.RowStride != first.RowStride && v.Height > 1 || !Aligned(v) {
			return false
		}
	}
	return true
}

// vectors counts the vec4s from the first to the last pixel of a plane.
func vectors(v *network.View) int { return ceilDiv(pixels(v), 4) }

// pixels counts the floats from the first to the last pixel of a plane.
func pixels(v *network.View) int { return (v.Height-1)*v.RowStride + v.Width }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// upTo gives the smallest power of two that is not less than n, or most.
func upTo(n, most int) int {
	p := 1
	for p < n && p < most {
		p *= 2
	}
	return p
}

func Macro(name string, v int) string { return fmt.Sprintf("%s=%d", name, v) }

// WorkGroup names the macros of a work group's size.
func WorkGroup(size ...int) []string {
	var macros []string
	for i, n := range size {
		macros = append(macros, Macro([...]string{"LX", "LY", "LZ"}[i], n))
	}
	return macros
}

// grid cuts strips of four pixels × rows × planes into work groups of up to so many
// invocations.
func grid(strips, rows, planes, lanes int) (size []string, groups [3]int) {
	lx := upTo(strips, 8)
	if rows == 1 {
		lx = upTo(strips, lanes)
	}
	ly := upTo(rows, min(8, lanes/lx))
	lz := upTo(planes, min(lanes/(lx*ly), SpecMinimum.WorkGroupSize[2]))
	return WorkGroup(lx, ly, lz), [3]int{ceilDiv(strips, lx), ceilDiv(rows, ly), ceilDiv(planes, lz)}
}

// inRows lays so many work groups out in two dimensions, each of which has a limit; the
// last row may be longer than what is left.
func inRows(groups int) [3]int {
	const wide = 1 << 14
	x := min(groups, wide)
	return [3]int{x, ceilDiv(groups, x), 1}
}

// widest is the widest row under a window that an invocation keeps in registers,
// in vec4s.
const widest = 16

// strip is how many vec4s of a row lie under a window, whatever its padding.
func strip(w network.Window) int {
	return ceilDiv(3*w.Stride[1]+(w.Kernel[1]-1)*w.Dilation[1], 4)
}

// window names the macros of a window's geometry, over rows of so many pixels. Its top
// padding is a parameter.
func window(w network.Window, width int) []string {
	var kind []string
	if max(strip(w), w.Kernel[1]) > widest {
		kind = []string{"WIDE"}
	} else if width%4 == 0 {
		kind = []string{"WHOLE"}
	}
	return append(kind, Macro("KH", w.Kernel[0]), Macro("KW", w.Kernel[1]), Macro("SY", w.Stride[0]), Macro("SX", w.Stride[1]),
		Macro("DY", w.Dilation[0]), Macro("DX", w.Dilation[1]), Macro("LEFT", w.Pads.Left))
}

// mostInFloats is up to where quotient.glsl divides in floats.
const mostInFloats = 1 << 18

// quotients names the macro that a kernel needs to divide numbers up to n (quotient.glsl).
func quotients(n int) []string {
	if n > mostInFloats {
		return []string{"LARGE"}
	}
	return nil
}

func join(macros ...[]string) []string { return slices.Concat(macros...) }
