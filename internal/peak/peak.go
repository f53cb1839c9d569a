// Package peak measures what a device can do at best, so that whatever else is
// measured can be seen as a part of that. Backends give the probes (gpu.Device.Probes,
// cpu.Probes); this package decides how often and how long, and sums up.
package peak

import "time"

// Unit is what a probe's work is counted in, and how its figures are given.
type Unit string

// The units. The last two are times: less is better.
const (
	GMACs   Unit = "GMAC/s"   // work is multiply-adds
	GBs     Unit = "GB/s"     // work is bytes; a copy's are counted twice
	GTexels Unit = "Gtexel/s" // work is texels
	Micros  Unit = "µs"       // work is repetitions
)

// Value is so much work in so long, in the unit.
func (u Unit) Value(work float64, took time.Duration) float64 {
	if u == Micros {
		return float64(took) / float64(time.Microsecond) / work
	}
	return work / float64(took) // 10⁹ a second
}

// Better reports whether a is better than b.
func (u Unit) Better(a, b float64) bool { return (a > b) != (u == Micros) }

// What a probe may measure.
const (
	MultiplyAdd = "multiply-add"
	Read        = "memory read"
	Write       = "memory write"
	Copy        = "memory copy"
	Texture     = "texture fetch"
	Launch      = "launch"     // one of many that do not wait for each other
	Barrier     = "barrier"    // what it adds to a launch
	RoundTrip   = "round trip" // one launch, and 16 bytes read back
	Upload      = "upload"     // from the program's memory to the device's
	Readback    = "readback"   // and back
)

// Probe is something that a device does over and over, and nothing beside.
type Probe struct {
	Limit   string // what it measures: one of the constants
	Variant string // of it: "fp32", "64 MiB", "1 thread"
	Unit    Unit
	Threads int   // of a CPU
	Bytes   int64 // what it works on; 0 where that does not matter

	// Ways are tried in turn; the best is what the device can do.
	Ways []Way
	// Without, if not nil, is what the one way does besides, which is taken off.
	Without *Way
}

// Way is one way to do it.
type Way struct {
	Name string // "8 chains"; may be empty where there is one way
	// Open allocates what runs need. Its error may be Unable.
	Open func() (Runner, error)
}

// Runner is a way made ready.
type Runner interface {
	// Run does the work at least n times and returns how much work that was and how
	// long it took. It fails if the results are not what they must be: then the work
	// was not done, or done wrong, and its time says nothing.
	Run(n int) (work float64, took time.Duration, err error)
	Close() error
}

// Figure is what was found out. Its JSON form is a line of the tool's output;
// scripts rely on the names.
type Figure struct {
	SchemaVersion int `json:"schema_version"`

	Kind     string `json:"kind"` // "peak", which tells such lines from others
	Backend  string `json:"backend"`
	Device   string `json:"device"`
	Driver   string `json:"driver"`
	Software bool   `json:"software_renderer,omitempty"`
	Threads  int    `json:"threads,omitempty"`

	Limit   string `json:"limit"`
	Variant string `json:"variant,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"`
	Unit    Unit   `json:"unit"`
	// Best is the best sample, which is the limit; Median says how steady it is.
	// Both are null if it could not be measured, and Reason says why.
	Best    *float64 `json:"best"`
	Median  *float64 `json:"median"`
	Samples int      `json:"samples"`
	Way     string   `json:"way,omitempty"`
	Reason  string   `json:"reason,omitempty"`
}

// Kind is Figure.Kind, and Version Figure.SchemaVersion: it rises when a name changes
// its meaning or goes away.
const (
	Kind    = "peak"
	Version = 1
)
