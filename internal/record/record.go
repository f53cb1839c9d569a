// Package record is the form in which gpubench keeps what it has measured: one
// Record for each network on each backend. Every printer, the report and compare
// read nothing else. It measures nothing and prints nothing.
//
// The JSON form is described by schema.json; scripts rely on it.
package record

import "time"

// Version is that of the JSON form: it rises when a name changes its meaning or
// goes away, and stays when one is added.
const Version = 1

// Record is what was found out about one network on one backend.
type Record struct {
	SchemaVersion int         `json:"schema_version"`
	Run           Run         `json:"run"`
	Model         Model       `json:"model"`
	Test          Test        `json:"test"`
	Device        Device      `json:"device"`
	Latency       Latency     `json:"latency"`              // of one frame at a time
	Throughput    *Throughput `json:"throughput,omitempty"` // with several in flight
	Stages        *Stages     `json:"stages,omitempty"`
	Layers        []Layer     `json:"layers,omitempty"` // one each launch of the plan, in order
	LayerSum      *LayerSum   `json:"layer_sum,omitempty"`
	Accuracy      *Accuracy   `json:"accuracy,omitempty"`
	Peak          *Peak       `json:"peak,omitempty"`
	Start         Start       `json:"start"`
	Context       Context     `json:"context"`
}

// Run says which call of the tool the record is of, and which part of it.
// Records of one Group were measured in turns: they may be compared with each
// other whatever the machine did meanwhile.
type Run struct {
	ID          string    `json:"id"`
	Time        time.Time `json:"time"` // when the group's measurement began
	Command     []string  `json:"command,omitempty"`
	Group       int       `json:"group"`  // from 0, in the order measured
	Repeat      int       `json:"repeat"` // from 0
	Interrupted bool      `json:"interrupted,omitempty"`
}

// Model is the network.
type Model struct {
	Name       string   `json:"name"`
	Source     string   `json:"source"` // "zoo", or the file's path as it was given
	SHA256     string   `json:"sha256,omitempty"`
	Inputs     []Tensor `json:"inputs"`
	Outputs    []Tensor `json:"outputs"`
	Parameters int64    `json:"parameters"`
	MACs       int64    `json:"macs"`
	// As planned for the backend: fusing differs.
	Bytes      int64 `json:"bytes"`       // read and written by all launches
	FloorBytes int64 `json:"floor_bytes"` // the least that any plan must move
	ArenaBytes int64 `json:"arena_bytes"`
	Launches   int   `json:"launches"`
	Barriers   int   `json:"barriers"`
}

// Tensor is an input or output of a network.
type Tensor struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// Test is how it was measured: the parameters that a sweep may vary, and those
// that hold for all of it.
type Test struct {
	Backend   string `json:"backend"` // "gpu", "cpu" or "reference"
	Threads   int    `json:"threads"` // of the CPU backend; 0 elsewhere
	Precision string `json:"precision"`
	Maps      string `json:"maps,omitempty"` // where feature maps are, of backends with a choice
	Fuse      string `json:"fuse,omitempty"` // kinds of fused launches, if not those that should pay
	Batch     int    `json:"batch"`
	Height    int    `json:"height,omitempty"` // of the first input, if it is a picture
	Width     int    `json:"width,omitempty"`

	Input      string  `json:"input"`       // what the pixels were, for people
	InputRing  int     `json:"input_ring"`  // different inputs, in turns
	WarmupMost int     `json:"warmup_most"` // bound of the warm-up, in runs
	Runs       int     `json:"runs"`        // at least so many
	TimeS      float64 `json:"time_s"`      // and at least so long
	DelayS     float64 `json:"delay_s"`     // pause before the group
	Seed       uint64  `json:"seed"`        // of the zoo's weights
	OrderSeed  uint64  `json:"order_seed"`  // of the order of runs
	Order      string  `json:"order"`       // of a sweep's groups
	Interleave int     `json:"interleaved"` // records measured in turns with this one, it included
}

// Device is what it ran on.
type Device struct {
	Name     string `json:"name"`
	Driver   string `json:"driver"`
	GL       string `json:"gl_context,omitempty"`        // how the GPU was reached: "EGL surfaceless"
	Software bool   `json:"software_renderer,omitempty"` // a GPU that the CPU plays
	// What this network takes on the GPU: buffers and textures.
	MemoryBytes int64 `json:"memory_bytes,omitempty"`
}

// Series is a figure measured again and again.
type Series struct {
	WallMS []float64 `json:"wall_ms"`          // each run that counts, in order
	CPUMS  []float64 `json:"cpu_ms,omitempty"` // user and system time of the process, of the same runs
	Wall   Summary   `json:"wall"`
	CPU    *Summary  `json:"cpu,omitempty"`
	// Why the figure is not to be trusted; empty if the runs were quiet.
	Noise []string `json:"noise,omitempty"`
}

// Noisy says that the figure is not to be trusted.
func (s *Series) Noisy() bool { return len(s.Noise) > 0 }

// Latency is how long one frame takes when nothing else is under way: input
// upload and output readback included.
type Latency struct {
	Series
	WarmupRuns int  `json:"warmup_runs"`
	Settled    bool `json:"settled"` // the warm-up ended because times had settled
}

// Throughput is how long a frame takes when several are in flight. Its samples
// are of blocks of frames: the time of a block over its frames.
type Throughput struct {
	Series
	InFlight    int     `json:"in_flight"`
	BlockFrames int     `json:"block_frames"`
	FPS         float64 `json:"fps"` // frames a second: batch pictures each
}

// Stages is where the time of a run went on the host: upload, submit, wait,
// readback and the rest follow one another, and sample by sample add up to the
// whole. Busy is how long the GPU worked meanwhile, by its own clock.
type Stages struct {
	Whole    Timing  `json:"whole"`
	Upload   Timing  `json:"upload"`
	Submit   Timing  `json:"submit"`
	Wait     Timing  `json:"wait"`
	Readback Timing  `json:"readback"`
	Rest     Timing  `json:"rest"`
	Busy     *Timing `json:"gpu_busy,omitempty"`
	// Runs whose GPU times were thrown away because the GPU's clock jumped.
	Disjoint int `json:"disjoint"`
}

// Timing is a series in short.
type Timing struct {
	MedianMS  float64   `json:"median_ms"`
	LowMS     Number    `json:"low_ms"` // 95 % confidence interval of the median
	HighMS    Number    `json:"high_ms"`
	MinMS     float64   `json:"min_ms"`
	SamplesMS []float64 `json:"samples_ms"`
}

// Layer is one launch of the plan: a layer of the network, or several fused.
type Layer struct {
	Name     string   `json:"name"`    // the value that it computes
	Kernel   string   `json:"kernel"`  // "conv_pointwise", ...
	Stage    string   `json:"stage"`   // part of the network: "stage2", or the size of its maps
	Source   []string `json:"source"`  // layers of the model that it stands for
	Backend  string   `json:"backend"` // where it ran
	Shape    []int    `json:"shape"`   // of its output
	MACs     int64    `json:"macs"`
	Bytes    int64    `json:"bytes"`       // read and written
	Floor    int64    `json:"floor_bytes"` // its part of the least that any plan must move
	Launches int      `json:"launches"`    // dispatches; 1 a step on the CPU
	// The variant that tuning on the device chose, if it is another than the default.
	Tuned string  `json:"tuned_variant,omitempty"`
	Time  *Timing `json:"time,omitempty"`
}

// LayerSum holds the sum of the layers against the whole and names what the
// difference is: SumMS and the parts add up to WholeMS.
type LayerSum struct {
	WholeMS  float64 `json:"whole_ms"` // median latency of the runs beside
	SumMS    float64 `json:"sum_ms"`   // of the layers' medians
	Parts    []Part  `json:"parts"`    // of the difference; one may be negative
	Disjoint int     `json:"disjoint"` // timed runs that were thrown away
	// Why there are no layers' times, if so.
	Missing string `json:"missing,omitempty"`
}

// Part is a named part of a difference.
type Part struct {
	Name string  `json:"name"`
	MS   float64 `json:"ms"`
}

// Accuracy is how far the outputs are off, as a share of the largest magnitude.
type Accuracy struct {
	// From the reference: of the outputs of the last run on the first input.
	MaxRelErr Number `json:"max_rel_err"`
	// From the first CPU backend measured beside; only for others.
	MaxRelDiffCPU *Number `json:"max_rel_diff_cpu,omitempty"`
	Tolerance     float64 `json:"tolerance"` // up to which it is right
}

// Wrong says that the results are not right. NaN is wrong, too.
func (a *Accuracy) Wrong() bool { return a != nil && !(float64(a.MaxRelErr) <= a.Tolerance) }

// Start is what it costs until there is a first result.
type Start struct {
	OpenMS    float64 `json:"open_ms"`    // the device, its self-test included
	LoadMS    float64 `json:"load_ms"`    // the model
	PrepareMS float64 `json:"prepare_ms"` // plan, weights, programs
	FirstMS   float64 `json:"first_ms"`   // the first run
	TotalMS   float64 `json:"total_ms"`   // time to first inference: the sum
	// Building all of the plan's programs from source, and from what the driver
	// gave for keeping; a driver's own cache may make the first shorter.
	Programs        int      `json:"programs,omitempty"`
	ProgramsColdMS  *float64 `json:"programs_cold_ms,omitempty"`
	ProgramsCacheMS *float64 `json:"programs_cache_ms,omitempty"`
}
