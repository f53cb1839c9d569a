package network

import (
	"errors"
	"image"
	"time"

	"github.com/shufflegl/shufflegl/tensor"
)

// Backend turns plans into something that runs. Packages cpu and gpu have one
// each; programs use it through Compile.
type Backend interface {
	// Name is the backend's word on the command line: "gpu", "cpu", "reference".
	Name() string
	// Device describes what it runs on, for people.
	Device() string
	// Driver names the driver or library and its version, for people.
	Driver() string
	// Prepare packs weights, builds programs and allocates everything that runs
	// of the plan need. Its error names the step that it cannot do.
	Prepare(*Plan) (Executor, error)
}

// Planner is a Backend with wishes for how its plans are made.
type Planner interface {
	PlanOptions() PlanOptions
}

// Replanner is a Planner whose wishes may change when it sees what a plan takes. Replan says
// how the graph is to be planned instead, once, or that the plan is as it should be.
type Replanner interface {
	Planner
	Replan(*Plan) (PlanOptions, bool)
}

// Storer is a Backend that keeps maps and weights in one of several ways. Storage
// says in which it keeps a plan's: in what precision, such as "fp16", and where maps
// are, such as "texture".
type Storer interface {
	Storage(*Plan) (precision, maps string)
}

// Sparer is a Backend that keeps some weights in fewer bytes than a plan counts. SparedBytes
// is how many of a step's it does not read.
type Sparer interface {
	SparedBytes(*Step) int64
}

// Tuned is a Backend with variants that tuning on the device chose. TunedVariants names
// that of each step of a plan; it is empty where the backend's default is used.
type Tuned interface {
	TunedVariants(*Plan) []string
}

// PlanFor plans a graph as the backend wishes.
func PlanFor(b Backend, g *Graph) (*Plan, error) {
	var opt PlanOptions
	if p, ok := b.(Planner); ok {
		opt = p.PlanOptions()
	}
	p, err := NewPlan(g, opt)
	if r, ok := b.(Replanner); ok && err == nil {
		if opt, again := r.Replan(p); again {
			return NewPlan(g, opt)
		}
	}
	return p, err
}

// Executor runs one plan. A Session calls it from one goroutine at a time, with
// tensors of the right number and shapes.
type Executor interface {
	// Run computes out from in, both in the plan's order. It does not allocate. An
	// output that is OnDevice is computed, but not wanted.
	Run(out, in []*tensor.Tensor) error
	Close() error
}

// Pipeliner is an Executor that can have several runs under way, one in each of its
// slots. A Session begins runs from one goroutine at a time, in slots that are
// free, and finishes each run once, perhaps while others are begun or finished.
// Neither call allocates in the long run.
type Pipeliner interface {
	// Slots is how many runs can be under way; it does not change.
	Slots() int
	// Begin starts a run behind those begun before, and returns without waiting
	// for it. The inputs, and both slices, are free when it returns; the output
	// tensors when the run is finished. After an error the slot is free.
	Begin(slot int, out, in []*tensor.Tensor) error
	// Finish waits for the slot's run, whose outputs are then filled. The slot is
	// free, whatever the error.
	Finish(slot int) error
}

// PhotoTaker is an Executor that can make its input of photos itself.
type PhotoTaker interface {
	// Photos prepares for photos to be preprocessed into the plan's only input, which
	// has p's shape. What it makes is freed by the executor's Close.
	Photos(p tensor.Preprocess) (PhotoInput, error)
}

// PhotoInput is an Executor's way to run on photos, with the rules of Executor and,
// if the Executor is a Pipeliner, of that. Photos have passed tensor.CheckImage.
type PhotoInput interface {
	// Takes reports whether photos of this type and size are taken. Others are
	// preprocessed by the session. It may be called at any time.
	Takes(image.Image) bool
	Run(out []*tensor.Tensor, img image.Image) error
	Begin(slot int, out []*tensor.Tensor, img image.Image) error
}

// DeviceImage is an image whose pixels lie on a device, so that only a PhotoInput of
// that device can take it.
type DeviceImage interface {
	image.Image
	Where() string // for messages: "texture 3 of a GPU"
}

// Tracer is an Executor that can show what each step computes. It runs the same
// launches over the same arena, and calls visit after each with Step.Results, which
// are only valid during the call.
type Tracer interface {
	Trace(in []*tensor.Tensor, visit func(step int, outs []*tensor.Tensor) error) error
}

// StepTimer is an Executor that can time its steps. RunTimed is Run that also
// fills times, one for each step, or returns ErrUnsupported when the device
// cannot tell, or ErrDisjoint.
type StepTimer interface {
	RunTimed(out, in []*tensor.Tensor, times []time.Duration) error
}

// StageTimer is an Executor that can tell the stages of a run. RunStages is Run
// that also fills stages. With ErrDisjoint all is filled but Busy.
type StageTimer interface {
	RunStages(out, in []*tensor.Tensor, stages *Stages) error
}

// Stages is where the time of one run went on the host, one stage after the other,
// and how long the device worked meanwhile.
type Stages struct {
	Upload, Submit, Wait, Readback time.Duration
	Busy                           time.Duration // by the device's own clock; 0 if it has none
}

// ErrDisjoint says that a device's clock changed its pace while it was to time
// something: the times are of no use, and it may be tried again.
var ErrDisjoint = errors.New("the device's clock changed its pace: the times are of no use")

// ArenaAccess is an Executor whose arena tests may fill and read: they poison it
// before a run and check the guards after.
type ArenaAccess interface {
	WriteArena(src []float32) error
	ReadArena(dst []float32) error
}
