// Package machine tells what a machine is and what it is doing: processor,
// clocks, temperatures, what holds the clocks down, and how much of the processor
// other programs have. It reads what Linux shows under /proc and /sys; what a
// system does not tell is left out.
package machine

import (
	"io/fs"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
)

// Probe is where to look. Tests give it another root.
type Probe struct {
	FS      fs.FS // the root folder
	Cores   int
	CPUTime func() (time.Duration, bool) // user and system time of this process
	PeakRSS func() int64                 // bytes; 0 if not known
}

// Local is this machine.
func Local() Probe {
	return Probe{FS: os.DirFS("/"), Cores: runtime.NumCPU(), CPUTime: CPUTime, PeakRSS: peakRSS}
}

// text reads a small file; it is empty if there is none.
func (p Probe) text(path string) string {
	b, err := fs.ReadFile(p.FS, path)
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(b), "\x00\n ")
}

// number reads a number from a file.
func (p Probe) number(path string) (float64, bool) {
	return finite(p.text(path))
}

// finite reads a number that is one.
func finite(word string) (float64, bool) {
	x, err := strconv.ParseFloat(word, 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// glob lists what matches; patterns are constants here, so they are well formed.
func (p Probe) glob(pattern string) []string {
	paths, _ := fs.Glob(p.FS, pattern)
	return paths
}

// Machine tells what does not change.
func (p Probe) Machine() record.Machine {
	cpuinfo := p.text("proc/cpuinfo")
	m := record.Machine{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: p.Cores,
		Kernel:      p.text("proc/sys/kernel/osrelease"),
		Board:       p.board(),
		CPU:         field(cpuinfo, "model name"),
		MemoryBytes: p.memory("MemTotal"),
		Virtual:     strings.Contains(" "+field(cpuinfo, "flags")+" ", " hypervisor "),
	}
	if m.CPU == "" { // Arm kernels give numbers, or the board's name
		m.CPU = armCores(cpuinfo)
	}
	if m.CPU == "" {
		m.CPU = runtime.GOARCH
	}
	return m
}

func (p Probe) board() string {
	if model := p.text("proc/device-tree/model"); model != "" {
		return model
	}
	vendor, name := p.text("sys/class/dmi/id/sys_vendor"), p.text("sys/class/dmi/id/product_name")
	return strings.TrimSpace(vendor + " " + name)
}

// memory is a line of meminfo, in bytes.
func (p Probe) memory(key string) int64 {
	kib, _, _ := strings.Cut(field(p.text("proc/meminfo"), key), " ")
	n, _ := strconv.ParseUint(kib, 10, 50)
	return 1024 * int64(n)
}

// field is the first value of a key in "key : value" lines.
func field(lines, key string) string {
	for line := range strings.Lines(lines) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// armCores names the cores of Arm by their part numbers: "4 Cortex-A76, 4 Cortex-A55".
func armCores(cpuinfo string) string {
	count := map[string]int{}
	var order []string
	for line := range strings.Lines(cpuinfo) {
		k, v, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(k) != "CPU part" {
			continue
		}
		part := strings.TrimSpace(v)
		if count[part]++; count[part] == 1 {
			order = append(order, part)
		}
	}
	var words []string
	for _, part := range order {
		name := armParts[strings.ToLower(part)]
		if name == "" {
			name = "part " + part
		}
		words = append(words, strconv.Itoa(count[part])+" "+name)
	}
	return strings.Join(words, ", ")
}

// armParts are the numbers of Arm's own designs that boards have.
var armParts = map[string]string{
	"0xc07": "Cortex-A7", "0xc09": "Cortex-A9", "0xc0f": "Cortex-A15", "0xd03": "Cortex-A53",
	"0xd04": "Cortex-A35", "0xd05": "Cortex-A55", "0xd07": "Cortex-A57", "0xd08": "Cortex-A72",
	"0xd09": "Cortex-A73", "0xd0a": "Cortex-A75", "0xd0b": "Cortex-A76", "0xd0d": "Cortex-A77",
	"0xd41": "Cortex-A78", "0xd42": "Cortex-A78AE", "0xd44": "Cortex-X1", "0xd46": "Cortex-A510",
	"0xd47": "Cortex-A710", "0xd48": "Cortex-X2", "0xd4d": "Cortex-A715", "0xd4e": "Cortex-X3",
	"0xd80": "Cortex-A520", "0xd81": "Cortex-A720", "0xd82": "Cortex-X4",
}
