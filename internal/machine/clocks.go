package machine

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// State tells what the machine is like now.
func (p Probe) State() record.State {
	return record.State{
		CPUs:         p.cpuClocks(),
		GPUs:         p.gpuClocks(),
		Temperatures: p.temperatures(),
		Throttled:    p.throttled(),
		Load:         p.load(),
		FreeBytes:    p.memory("MemAvailable"),
	}
}

func (p Probe) load() []float64 {
	words := strings.Fields(p.text("proc/loadavg"))
	var load []float64
	for _, w := range words[:min(3, len(words))] {
		x, ok := finite(w)
		if !ok {
			return nil
		}
		load = append(load, x)
	}
	return load
}

// cpuClocks lists the cores' clocks. Cores of one governor and one largest clock
// are taken together, with the mean of their clocks.
func (p Probe) cpuClocks() []record.Clock {
	type kind struct {
		governor string
		max      float64
	}
	cores, sum, count := map[kind][]int{}, map[kind]float64{}, map[kind]int{}
	var order []kind
	add := func(k kind, mhz float64, ids []int) {
		if count[k]++; count[k] == 1 {
			order = append(order, k)
		}
		cores[k], sum[k] = append(cores[k], ids...), sum[k]+mhz
	}
	for _, dir := range p.glob("sys/devices/system/cpu/cpufreq/policy*") {
		khz, ok := p.number(path.Join(dir, "scaling_cur_freq"))
		if !ok {
			continue
		}
		most, _ := p.number(path.Join(dir, "cpuinfo_max_freq"))
		var ids []int
		for _, w := range strings.Fields(p.text(path.Join(dir, "related_cpus"))) {
			if id, err := strconv.Atoi(w); err == nil {
				ids = append(ids, id)
			}
		}
		add(kind{p.text(path.Join(dir, "scaling_governor")), most / 1000}, khz/1000, ids)
	}
	if len(order) == 0 { // virtual machines say at most this
		id := 0
		for line := range strings.Lines(p.text("proc/cpuinfo")) {
			k, v, _ := strings.Cut(line, ":")
			if strings.TrimSpace(k) != "cpu MHz" {
				continue
			}
			if mhz, ok := finite(strings.TrimSpace(v)); ok {
				add(kind{}, mhz, []int{id})
			}
			id++
		}
	}
	var clocks []record.Clock
	for _, k := range order {
		slices.Sort(cores[k])
		clocks = append(clocks, record.Clock{Name: "cpu" + ranges(cores[k]), Governor: k.governor, MHz: sum[k] / float64(count[k]), MaxMHz: k.max})
	}
	slices.SortStableFunc(clocks, func(a, b record.Clock) int { return strings.Compare(a.Name, b.Name) })
	return clocks
}

// ranges writes sorted numbers as 0-3,8.
func ranges(ns []int) string {
	var b strings.Builder
	for i := 0; i < len(ns); {
		j := i
		for j+1 < len(ns) && ns[j+1] == ns[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteByte(',')
		}
		if b.WriteString(strconv.Itoa(ns[i])); j > i {
			fmt.Fprintf(&b, "-%d", ns[j])
		}
		i = j + 1
	}
	return b.String()
}

// gpuFiles is where drivers show a GPU's clock: the folders, their files, and what
// makes those MHz.
var gpuFiles = []struct {
	dirs, now, most, governor string
	scale                     float64
}{
	{"sys/class/devfreq/*", "cur_freq", "max_freq", "governor", 1e-6},                 // Mali, Adreno, Tegra
	{"sys/class/drm/card[0-9]", "gt_act_freq_mhz", "gt_RP0_freq_mhz", "", 1},          // i915
	{"sys/class/drm/card[0-9]/device/tile0/gt0/freq0", "act_freq", "rp0_freq", "", 1}, // xe
	{"sys/class/drm/card[0-9]/device/hwmon/hwmon*", "freq1_input", "", "", 1e-6},      // amdgpu
}

// gpuClocks lists the GPUs' clocks. The kernel of the Raspberry Pi shows none.
func (p Probe) gpuClocks() []record.Clock {
	var clocks []record.Clock
	for _, f := range gpuFiles {
		for _, dir := range p.glob(f.dirs) {
			name := path.Base(dir)
			if strings.Contains(dir, "devfreq/") && !isGPU(name) {
				continue // memory controllers and flash have clocks here too
			}
			now, ok := p.number(path.Join(dir, f.now))
			if !ok {
				continue
			}
			c := record.Clock{Name: name, MHz: now * f.scale}
			if most, ok := p.number(path.Join(dir, f.most)); ok && f.most != "" {
				c.MaxMHz = most * f.scale
			}
			if f.governor != "" {
				c.Governor = p.text(path.Join(dir, f.governor))
			}
			clocks = append(clocks, c)
		}
	}
	return clocks
}

func isGPU(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"gpu", "mali", "3d0", "g3d", "v3d"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
