package gpu_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// start is how long a program waits for its first result, and for what.
type start struct {
	Open    time.Duration // with the self-test
	Compile time.Duration // planning, building programs, uploading weights
	Run     time.Duration // of the first picture
	Again   time.Duration // of the second, which is no part of the start
	Skip    string        // why there is nothing to measure
}

func (s start) total() time.Duration { return s.Open + s.Compile + s.Run }

// The second start of a program takes at most a quarter of the first one's time
// from gpu.Open to the first result: what was compiled is remembered, by us and by
// the driver. (Only so much of it: llvmpipe makes machine code at the first run,
// and gives programs without.) Each start is a process of its own, as drivers
// remember things within one.
func TestSecondStart(t *testing.T) {
	if os.Getenv("GPU_TEST_START") != "" {
		json.NewEncoder(os.Stdout).Encode(measureStart(t))
		return
	}
	racing.Skip(t)
	if testing.Short() {
		t.Skip("takes seconds")
	}
	caches := t.TempDir()
	once := func() start {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSecondStart$")
		for _, e := range os.Environ() {
			if !strings.HasPrefix(e, "MESA_SHADER_CACHE") && !strings.HasPrefix(e, "GPU_TEST") {
				cmd.Env = append(cmd.Env, e)
			}
		}
		cmd.Env = append(cmd.Env, "GPU_TEST_START=1", "XDG_CACHE_HOME="+caches)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		var s start
		if err == nil {
			err = json.NewDecoder(strings.NewReader(string(out))).Decode(&s)
		}
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if s.Skip != "" {
			t.Skip(s.Skip)
		}
		t.Logf("%5.0f ms: open %.0f, compile %.0f, first result %.0f (then %.0f)", ms(s.total()), ms(s.Open), ms(s.Compile), ms(s.Run), ms(s.Again))
		return s
	}
	first := once().total()
	second := min(once().total(), once().total(), once().total())
	if first < time.Second {
		t.Skip("a driver without a slow compiler: there is nothing to remember")
	}
	if second > first/4 {
		t.Errorf("the first start takes %v, the second %v", first, second)
	}
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

func measureStart(t *testing.T) (s start) {
	g, err := zoo.Build("shufflenet_v1_g3_1.0x", zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	x := tensor.New(1, 3, 224, 224)
	lap, last := func(d *time.Duration, from time.Time) time.Time { now := time.Now(); *d = now.Sub(from); return now }, time.Now()

	d, err := gpu.Open(gpu.Options{})
	if err != nil {
		return start{Skip: err.Error()}
	}
	defer d.Close()
	last = lap(&s.Open, last)
	if d.Info().ProgramBinaryFormats == 0 {
		return start{Skip: "the driver saves no programs"}
	}
	session, err := network.Compile(d, g)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	last = lap(&s.Compile, last)
	if _, err := session.Run(x); err != nil {
		t.Fatal(err)
	}
	last = lap(&s.Run, last)
	if _, err := session.Run(x); err != nil {
		t.Fatal(err)
	}
	lap(&s.Again, last)
	return s
}
