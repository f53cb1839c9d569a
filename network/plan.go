package network

import "github.com/shufflegl/shufflegl/tensor"

// Kernel names the kind of kernel that a step launches.
type Kernel string

const (
	ConvPointwise     Kernel = "conv_pointwise" // 1×1, stride 1, any groups
	ConvDepthwise     Kernel = "conv_depthwise" // one input channel an output channel
	ConvGeneral       Kernel = "conv_general"   // every other convolution
	PoolWindow        Kernel = "pool"
	PoolGlobal        Kernel = "pool_global"
	FullyConnectedRow Kernel = "fully_connected"
	SoftmaxRow        Kernel = "softmax"
	Elementwise       Kernel = "elementwise" // function of one or two tensors, copy
	ConvFused         Kernel = "conv_depthwise_pointwise"
	ConvPooled        Kernel = "conv_pool"
	ConvUnit          Kernel = "conv_unit" // pointwise, depthwise, pointwise
	ConvTransposed    Kernel = "conv_transpose"
	NormInstance      Kernel = "instance_norm"
	NormLocal         Kernel = "lrn"
	MeanAxes          Kernel = "mean"
	MatrixProduct     Kernel = "matmul"
	ResamplePixels    Kernel = "resample" // resize and padding

	FullyConnectedFused Kernel = "classifier" // global pool, fully connected, softmax
)

// Step is one kernel launch: an operator, where its operands lie, and what is
// fused behind it.
//
//	output = Act(Op(inputs, weights, bias) + Residual)
type Step struct {
	Kernel Kernel
	Op     Op         // Conv, Pool, GlobalPool, FullyConnected, Softmax, Binary, Activate, Identity (a copy), ...
	Layers []string   // the source graph's nodes that the step stands for
	Name   string     // the value of the source graph that it computes
	Beyond Activation // what it applies to that value already, where the source does later

	First *Prior // done before Op, on the first input; nil in most steps
	Tile  Tile   // what a work group computes where First is not nil

	Beside *Pooled // done by the same launch; nil in most steps

	Classifier *Classifier // done around Op, a fully connected layer; nil in most steps

	Inputs   []View
	Residual *View // of the output's shape; nil if nothing is added
	Output   View
	Act      Activation

	Weights *tensor.Tensor // nil if the operator has none
	Bias    *tensor.Tensor // nil if there is none

	// Level counts the barriers before the step. Steps of one level are
	// independent of each other. Barrier says that the level begins here.
	Level   int
	Barrier bool

	MACs  int64
	Bytes int64 // read and written: maps, weights, bias, and index tables

	// FloorBytes is the step's part of the plan's: its weights, what it reads that
	// nothing before it in its unit has read, and writes for other units.
	FloorBytes int64
}

// Result is a tensor that a step leaves in the arena.
type Result struct {
	Name   string     // of the value of the source graph
	Beyond Activation // applied to that value already
	View   *View
}

// Results lists what the step computes: its output, and what is computed beside it.
func (s *Step) Results() []Result {
	all := []Result{{s.Name, s.Beyond, &s.Output}}
	if b := s.Beside; b != nil {
		all = append(all, Result{b.Name, b.Beyond, &b.Output})
	}
	return all
}

// Binding ties a named tensor to its place in the arena.
type Binding struct {
	Name string
	View View
}

// Constant is a tensor that must be in the arena before the first step, and
// that no step overwrites.
type Constant struct {
	Binding
	Tensor *tensor.Tensor
}

// Plan is a network made ready to run: its launches in order and the layout of
// the one arena that they share. Planning needs no device, and a Plan is never
// changed once made.
type Plan struct {
	Name    string
	Source  *Graph // as it was given: what the plan must be equal to
	Steps   []Step
	Inputs  []Binding
	Outputs []Binding
	Consts  []Constant

	ArenaFloats int
	// ElementBytes is the size of an element of a map or of weights: that of
	// PlanOptions. All bytes are counted with it.
	ElementBytes int

	Guards     []Range // what no step may write; empty unless PlanOptions.Guard is set
	MACs       int64
	Bytes      int64
	FloorBytes int64 // weights once, each unit's input and output once (see floorBytes)
	Barriers   int
}

// Range is a half-open range of floats of the arena.
type Range struct{ Start, End int }

// ArenaBytes is the size of the arena.
func (p *Plan) ArenaBytes() int64 { return int64(p.ElementBytes) * int64(p.ArenaFloats) }

// PlanOptions changes how a graph is planned. The zero value is what to use.
type PlanOptions struct {
	NoFusion bool // keep one launch for each operator; for tests and comparisons
	// CopyShuffles makes a launch of each channel shuffle, as engines do that cannot
	// rename channels; for comparisons.
	CopyShuffles bool
	// Fuse names what the backend can fuse beyond what Optimize does, and the planner
	// does where Cost says that it pays, or with FuseAlways wherever it can: with work groups that keep up to SharedFloats
	// to themselves. Backends ask for it (see Planner).
	Fuse         Fusion
	SharedFloats int
	Cost         CostModel
	Fuser        Fuser // decides in place of Cost, if not nil

	// Align makes rows and planes start at multiples of so many floats, even planes
	// of one element; 0 leaves rows without padding. Backends that store whole
	// vectors ask for it.
	Align int
	// PlaneAlign makes planes of several elements start at multiples of so many floats;
	// 0 means 4.
	PlaneAlign int
	// PlanesApart keeps planes of four cache lines and more, that begin at lines, an odd number of lines
	// apart: with a power of two in it the same pixel of many planes falls into few sets of
	// a cache, which then cannot hold them.
	PlanesApart bool
	// HalvesAligned makes the lower half of planes with an even number of rows start at multiples of
	// PlaneAlign, in place of the plane: two threads that each have a half then share no cache line.
	HalvesAligned bool
	// InPlace lets convolutions write over the residual that they add, if nothing else
	// needs it. Their kernels must not write an element before they have read it there.
	InPlace bool
	// ElementBytes is what an element of a map or of weights takes where the plan
	// runs; 0 means 4. Bytes are counted with it, and nothing else depends on it:
	// offsets count elements.
	ElementBytes int

	Guard int // unused floats around every buffer, to see stray writes in tests
}
