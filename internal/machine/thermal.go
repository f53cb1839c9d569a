package machine

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// temperatures lists the thermal zones, and the sensors of processors and GPUs
// that have none.
func (p Probe) temperatures() []record.Temperature {
	var all []record.Temperature
	add := func(name, file string) {
		// Zones that are switched off give nothing or nonsense.
		if milli, ok := p.number(file); ok && milli > -50e3 && milli < 200e3 && milli != 0 {
			all = append(all, record.Temperature{Name: name, Celsius: milli / 1000})
		}
	}
	for _, zone := range p.glob("sys/class/thermal/thermal_zone*") {
		add(p.text(path.Join(zone, "type")), path.Join(zone, "temp"))
	}
	for _, dir := range p.glob("sys/class/hwmon/hwmon*") {
		switch name := p.text(path.Join(dir, "name")); name {
		case "k10temp", "zenpower", "amdgpu", "radeon", "nouveau":
			add(name, path.Join(dir, "temp1_input"))
		}
	}
	return all
}

// throttled says what holds the clocks down now.
func (p Probe) throttled() []string {
	var why []string
	for _, file := range p.raspberryPi() {
		why = append(why, raspberryFlags(p.text(file))...)
	}
	for _, dir := range p.glob("sys/class/hwmon/hwmon*") { // the same board, other kernels
		if low, _ := p.number(path.Join(dir, "in0_lcrit_alarm")); low > 0 && p.text(path.Join(dir, "name")) == "rpi_volt" && len(p.raspberryPi()) == 0 {
			why = append(why, "under-voltage")
		}
	}
	for _, dir := range p.glob("sys/class/thermal/cooling_device*") {
		name := p.text(path.Join(dir, "type"))
		state, _ := p.number(path.Join(dir, "cur_state"))
		if state > 0 && !strings.Contains(strings.ToLower(name), "fan") {
			most, _ := p.number(path.Join(dir, "max_state"))
			why = append(why, fmt.Sprintf("cooling by %s: step %.0f of %.0f", name, state, most))
		}
	}
	for _, dir := range p.glob("sys/devices/system/cpu/cpufreq/policy*") {
		now, ok := p.number(path.Join(dir, "scaling_max_freq"))
		most, _ := p.number(path.Join(dir, "cpuinfo_max_freq"))
		if ok && now < most {
			cpu, _, _ := strings.Cut(p.text(path.Join(dir, "related_cpus")), " ")
			why = append(why, fmt.Sprintf("cpu%s is limited to %.0f of %.0f MHz", cpu, now/1000, most/1000))
		}
	}
	return why
}

func (p Probe) raspberryPi() []string {
	return append(p.glob("sys/devices/platform/soc/soc:firmware/get_throttled"),
		p.glob("sys/devices/platform/soc@*/soc@*:firmware/get_throttled")...)
}

// raspberryFlags reads the firmware's bits: the lower ones are of now, the upper
// ones stay until the next start.
func raspberryFlags(hex string) []string {
	bits, err := strconv.ParseUint(strings.TrimPrefix(hex, "0x"), 16, 64)
	if err != nil {
		return nil
	}
	var why []string
	for i, name := range []string{"under-voltage", "clock capped", "throttled", "soft temperature limit"} {
		switch {
		case bits&(1<<i) != 0:
			why = append(why, name)
		case bits&(1<<(16+i)) != 0:
			why = append(why, name+sinceBoot)
		}
	}
	return why
}

const sinceBoot = " since boot"

// throttleEvents counts what x86 processors count: how often heat made them slow
// down.
func (p Probe) throttleEvents() float64 {
	sum := 0.0
	for _, kind := range []string{"core", "package"} {
		for _, file := range p.glob("sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/" + kind + "_throttle_count") {
			n, _ := p.number(file)
			sum += n
		}
	}
	return sum
}

// throttleWarnings says what of a state's reasons count against the figures:
// those of now, and those of the past that were not there before.
func throttleWarnings(before, after []string) []string {
	var warnings []string
	for _, why := range slices.Concat(before, after) {
		past := strings.HasSuffix(why, sinceBoot)
		if past && slices.Contains(before, why) || slices.Contains(warnings, why) {
			continue
		}
		warnings = append(warnings, why)
	}
	return warnings
}
