package record

// Context is the circumstances: what the machine is, and what it did meanwhile.
type Context struct {
	Machine Machine `json:"machine"`
	Library Library `json:"library"`
	Before  State   `json:"before"`
	After   State   `json:"after"`
	// While the group was measured:
	OthersCPU    *float64 `json:"others_cpu,omitempty"` // cores kept busy by other programs, on average
	StealCPU     *float64 `json:"steal_cpu,omitempty"`  // cores that the hypervisor kept back
	PeakRSSBytes int64    `json:"peak_rss_bytes,omitempty"`
	Pace         *Pace    `json:"pace,omitempty"` // of the machine itself, round by round
	// What makes the figures doubtful: a busy machine, throttling, a governor.
	Warnings []string `json:"warnings,omitempty"`
}

// Machine is what does not change.
type Machine struct {
	OS          string `json:"os"`
	Arch        string `json:"arch"`
	Kernel      string `json:"kernel,omitempty"`
	Board       string `json:"board,omitempty"`
	CPU         string `json:"cpu"`
	Cores       int    `json:"cores"` // logical, that this process may use
	MemoryBytes int64  `json:"memory_bytes,omitempty"`
	Virtual     bool   `json:"virtual,omitempty"` // a virtual machine
}

// Library is what was built.
type Library struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // there were changes beyond the commit
	Go       string `json:"go"`
	CGO      bool   `json:"cgo"`
}

// State is what the machine was at one moment. What the system does not tell is
// left out.
type State struct {
	CPUs         []Clock       `json:"cpu_clocks,omitempty"`
	GPUs         []Clock       `json:"gpu_clocks,omitempty"`
	Temperatures []Temperature `json:"temperatures,omitempty"`
	Throttled    []string      `json:"throttled,omitempty"` // what holds the clocks down, in words
	Load         []float64     `json:"load,omitempty"`      // averages of 1, 5 and 15 minutes
	FreeBytes    int64         `json:"free_bytes,omitempty"`
}

// Clock is that of a processor, or of several which share it.
type Clock struct {
	Name     string  `json:"name"` // "cpu0-3", "gpu"
	Governor string  `json:"governor,omitempty"`
	MHz      float64 `json:"mhz"`
	MaxMHz   float64 `json:"max_mhz,omitempty"`
}

// Temperature is that of a sensor.
type Temperature struct {
	Name    string  `json:"name"`
	Celsius float64 `json:"celsius"`
}
