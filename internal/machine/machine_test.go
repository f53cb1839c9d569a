package machine

import (
	"encoding/json"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/shufflegl/shufflegl/internal/record"
)

// root makes a file system of lines "path: content"; \n in a content is a new line.
func root(text string) fstest.MapFS {
	files := fstest.MapFS{}
	for line := range strings.Lines(text) {
		if path, content, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			files[path] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(content, `\n`, "\n") + "\n")}
		}
	}
	return files
}

func probe(text string) Probe {
	return Probe{FS: root(text), Cores: 4, CPUTime: func() (time.Duration, bool) { return 0, true }, PeakRSS: func() int64 { return 1 << 20 }}
}

const raspberry = `
	proc/device-tree/model: Raspberry Pi 4 Model B Rev 1.4` + "\x00" + `
	proc/sys/kernel/osrelease: 6.6.20+rpt-rpi-v8
	proc/cpuinfo: processor : 0\nCPU part : 0xd08\nprocessor : 1\nCPU part : 0xd08\nModel : Raspberry Pi 4 Model B Rev 1.4
	proc/meminfo: MemTotal:        3884360 kB\nMemFree: 100 kB\nMemAvailable:    3000000 kB
	proc/loadavg: 0.52 0.58 0.59 1/123 4567
	sys/devices/system/cpu/cpufreq/policy0/related_cpus: 0 1 2 3
	sys/devices/system/cpu/cpufreq/policy0/scaling_governor: ondemand
	sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq: 1200000
	sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq: 1800000
	sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq: 1800000
	sys/class/thermal/thermal_zone0/type: cpu-thermal
	sys/class/thermal/thermal_zone0/temp: 61342
	sys/class/thermal/cooling_device0/type: pwm-fan
	sys/class/thermal/cooling_device0/cur_state: 3
	sys/devices/platform/soc/soc:firmware/get_throttled: 50005
`

const rockchip = `
	proc/cpuinfo: CPU part : 0xd05\nCPU part : 0xd05\nCPU part : 0xd0b\nCPU part : 0xfff
	sys/devices/system/cpu/cpufreq/policy0/related_cpus: 0 1
	sys/devices/system/cpu/cpufreq/policy0/scaling_governor: performance
	sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq: 1800000
	sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq: 1800000
	sys/devices/system/cpu/cpufreq/policy4/related_cpus: 4
	sys/devices/system/cpu/cpufreq/policy4/scaling_governor: performance
	sys/devices/system/cpu/cpufreq/policy4/scaling_cur_freq: 2000000
	sys/devices/system/cpu/cpufreq/policy4/scaling_max_freq: 2016000
	sys/devices/system/cpu/cpufreq/policy4/cpuinfo_max_freq: 2304000
	sys/devices/system/cpu/cpufreq/policy5/related_cpus: 5
	sys/devices/system/cpu/cpufreq/policy5/scaling_governor: performance
	sys/devices/system/cpu/cpufreq/policy5/scaling_cur_freq: 2200000
	sys/devices/system/cpu/cpufreq/policy5/cpuinfo_max_freq: 2304000
	sys/class/devfreq/fb000000.gpu/cur_freq: 300000000
	sys/class/devfreq/fb000000.gpu/max_freq: 1000000000
	sys/class/devfreq/fb000000.gpu/governor: simple_ondemand
	sys/class/devfreq/dmc/cur_freq: 2112000000
	sys/class/thermal/thermal_zone0/type: soc-thermal
	sys/class/thermal/thermal_zone0/temp: 88000
	sys/class/thermal/thermal_zone1/type: off
	sys/class/thermal/thermal_zone1/temp: -274000
	sys/class/thermal/cooling_device2/type: thermal-cpufreq-2
	sys/class/thermal/cooling_device2/cur_state: 2
	sys/class/thermal/cooling_device2/max_state: 9
`

const desktop = `
	proc/cpuinfo: model name : Some Core i5\nflags : fpu sse hypervisor\ncpu MHz : 2500.5\nmodel name : Some Core i5\ncpu MHz : 2499.5
	sys/class/dmi/id/sys_vendor: QEMU
	sys/class/dmi/id/product_name: Standard PC
	sys/class/drm/card0/gt_act_freq_mhz: 350
	sys/class/drm/card0/gt_RP0_freq_mhz: 1150
	sys/class/hwmon/hwmon0/name: k10temp
	sys/class/hwmon/hwmon0/temp1_input: 45500
	sys/class/hwmon/hwmon1/name: nvme
	sys/class/hwmon/hwmon1/temp1_input: 30000
`

func TestMachineAndState(t *testing.T) {
	for name, c := range map[string]struct{ files, machine, state string }{
		"Raspberry Pi": {raspberry,
			`"kernel":"6.6.20+rpt-rpi-v8","board":"Raspberry Pi 4 Model B Rev 1.4","cpu":"2 Cortex-A72","cores":4,"memory_bytes":3977584640`,
			`{"cpu_clocks":[{"name":"cpu0-3","governor":"ondemand","mhz":1200,"max_mhz":1800}],` +
				`"temperatures":[{"name":"cpu-thermal","celsius":61.342}],` +
				`"throttled":["under-voltage","throttled"],"load":[0.52,0.58,0.59],"free_bytes":3072000000}`},
		"Rockchip": {rockchip,
			`"cpu":"2 Cortex-A55, 1 Cortex-A76, 1 part 0xfff","cores":4`,
			`{"cpu_clocks":[{"name":"cpu0-1","governor":"performance","mhz":1800,"max_mhz":1800},{"name":"cpu4-5","governor":"performance","mhz":2100,"max_mhz":2304}],` +
				`"gpu_clocks":[{"name":"fb000000.gpu","governor":"simple_ondemand","mhz":300,"max_mhz":1000}],` +
				`"temperatures":[{"name":"soc-thermal","celsius":88}],` +
				`"throttled":["cooling by thermal-cpufreq-2: step 2 of 9","cpu4 is limited to 2016 of 2304 MHz"]}`},
		"virtual desktop": {desktop,
			`"board":"QEMU Standard PC","cpu":"Some Core i5","cores":4,"virtual":true`,
			`{"cpu_clocks":[{"name":"cpu0-1","mhz":2500}],"gpu_clocks":[{"name":"card0","mhz":350,"max_mhz":1150}],"temperatures":[{"name":"k10temp","celsius":45.5}]}`},
		"nothing": {"", `"cpu":"` + runtime.GOARCH + `","cores":4`, `{}`},
	} {
		p := probe(c.files)
		want := `{"os":"` + runtime.GOOS + `","arch":"` + runtime.GOARCH + `",` + c.machine + `}`
		if got := asJSON(t, p.Machine()); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
		if got := asJSON(t, p.State()); got != c.state {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.state)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRaspberryFlags(t *testing.T) {
	for hex, want := range map[string]string{
		"0": "", "": "", "zz": "",
		"0x1":     "under-voltage",
		"50005":   "under-voltage, throttled",
		"0x20000": "clock capped since boot",
		"80008":   "soft temperature limit",
		"f0000":   "under-voltage since boot, clock capped since boot, throttled since boot, soft temperature limit since boot",
	} {
		if got := strings.Join(raspberryFlags(hex), ", "); got != want {
			t.Errorf("%q: %s, want %s", hex, got, want)
		}
	}
}

// What a watch holds against the figures.
func TestWatch(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after string
		ours          time.Duration
		want          []string
	}{
		{"a quiet machine",
			"proc/stat: cpu  0 0 0 0 0 0 0 0 0 0\\ncpu0 0\\ncpu1 0", "proc/stat: cpu  80 0 10 110 0 0 0 0 0 0\\ncpu0 0\\ncpu1 0", 900 * time.Millisecond, nil},
		{"another program has a core",
			"proc/stat: cpu  0 0 0 0 0 0 0 0 0 0\\ncpu0 0\\ncpu1 0", "proc/stat: cpu  160 10 20 0 10 0 0 0 0 0\\ncpu0 0\\ncpu1 0", 900 * time.Millisecond,
			[]string{"other programs kept 1.0 of 4 cores busy"}},
		{"a hypervisor",
			"proc/stat: cpu  0 0 0 0 0 0 0 0 0 0\\ncpu0 0\\ncpu1 0", "proc/stat: cpu  90 0 0 90 0 0 0 20 0 0\\ncpu0 0\\ncpu1 0", 900 * time.Millisecond,
			[]string{"the hypervisor kept back 0.20 of 4 cores"}},
		{"too short to tell",
			"proc/stat: cpu  0 0 0 0 0 0 0 0 0 0\\ncpu0 0\\ncpu1 0", "proc/stat: cpu  10 0 0 0 0 0 0 0 0 0\\ncpu0 0\\ncpu1 0", 0, nil},
		{"no ticks, but load", "proc/loadavg: 3.0 1 1 1/1 1", "", 0, []string{"the machine was busy before: load 3.0"}},
		{"throttled now and before",
			"sys/devices/platform/soc/soc:firmware/get_throttled: 40000", "sys/devices/platform/soc/soc:firmware/get_throttled: 50001", 0,
			[]string{"throttling: under-voltage"}},
		{"throttled meanwhile",
			"sys/devices/platform/soc/soc:firmware/get_throttled: 0", "sys/devices/platform/soc/soc:firmware/get_throttled: 40000", 0,
			[]string{"throttling: throttled since boot"}},
		{"long ago", "sys/devices/platform/soc/soc:firmware/get_throttled: 50000", "sys/devices/platform/soc/soc:firmware/get_throttled: 50000", 0, nil},
		{"heat", "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count: 5", "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count: 7", 0,
			[]string{"throttling: slowed down by heat 2 times"}},
		{"a slow governor", "", `sys/devices/system/cpu/cpufreq/policy0/related_cpus: 0
			sys/devices/system/cpu/cpufreq/policy0/scaling_governor: powersave
			sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq: 600000
			sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq: 1800000`, 0,
			[]string{"cpu0: the governor powersave holds the clock at 600 of 1800 MHz"}},
	} {
		p := probe(c.before)
		files, now := p.FS.(fstest.MapFS), time.Duration(0)
		p.CPUTime = func() (time.Duration, bool) { return now, true }
		w := p.Start()
		clear(files)
		for path, file := range root(c.after) {
			files[path] = file
		}
		now = c.ours
		ctx := w.Done()
		if got := strings.Join(ctx.Warnings, "; "); got != strings.Join(c.want, "; ") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if ctx.PeakRSSBytes != 1<<20 {
			t.Errorf("%s: peak %d", c.name, ctx.PeakRSSBytes)
		}
	}
}

// A file system that answers everything with rubbish does no harm.
func TestRubbish(t *testing.T) {
	files := root(raspberry + rockchip + desktop + "\nproc/stat: cpu\ncpu0")
	for _, rubbish := range []string{"", "\x00\xff\n:::\ncpu", "99999999999999999999999999", "-1", "cpu a b c\ncpu0", "nan", "cpu MHz : inf\nMemTotal: -5 kB\nMemAvailable: nan"} {
		for path := range files {
			files[path] = &fstest.MapFile{Data: []byte(rubbish)}
		}
		p := Probe{FS: files, CPUTime: func() (time.Duration, bool) { return 0, false }, PeakRSS: func() int64 { return 0 }}
		p.Machine()
		if c := p.Start().Done(); asJSON(t, c) == "" {
			t.Error("no JSON")
		}
	}
}

func TestLocal(t *testing.T) {
	p := Local()
	if m := p.Machine(); m.CPU == "" || m.Cores < 1 || m.OS != runtime.GOOS {
		t.Errorf("%+v", m)
	}
	before, ok := CPUTime()
	if !ok {
		t.Skip("this system does not tell")
	}
	x := 1.0
	for start := time.Now(); time.Since(start) < 30*time.Millisecond; {
		x *= 1.0000001
	}
	after, _ := CPUTime()
	if used := after - before; used <= 0 || used > 10*time.Second {
		t.Errorf("30 ms of work took %v of the processor (%v)", used, x)
	}
	if p.PeakRSS() < 1<<20 {
		t.Errorf("peak of %d bytes", p.PeakRSS())
	}
}

func TestLibrary(t *testing.T) {
	ours := &debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Path: modulePath, Version: "v0.1.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}, {Key: "CGO_ENABLED", Value: "1"}}}
	if got, want := libraryOf(ours), (record.Library{Version: "v0.1.0", Commit: "abc", Modified: true, Go: "go1.26", CGO: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	theirs := &debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Path: "example.com/camera", Version: "v3.0.0"},
		Deps:     []*debug.Module{{Path: modulePath, Version: "v0.2.0"}},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "theirs"}}}
	if got, want := libraryOf(theirs), (record.Library{Version: "v0.2.0", Go: "go1.26"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if l := Library(); l.Go == "" || l.Version == "" {
		t.Errorf("%+v", l)
	}
}
