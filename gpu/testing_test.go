package gpu

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/gles/glestest"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// openTest opens a device, or skips the test with the reason.
func openTest(t testing.TB, o Options) *Device {
	t.Helper()
	o.NoCache = true // tests leave nothing in the user's folders
	d, err := Open(o)
	if errors.Is(err, ErrPrecision) || errors.Is(err, ErrMaps) {
		t.Skip(err)
	}
	if err != nil {
		if errors.Is(err, ErrSelfTest) || os.Getenv("SHUFFLEGL_GPU") == "required" {
			t.Fatal(err)
		}
		t.Skip("no device here: ", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// openRecorded is openTest with a Recorder between the device and the driver.
func openRecorded(t testing.TB) (*Device, *glestest.Recorder) {
	t.Helper()
	return openRecordedWith(t, Options{Maps: MapsBuffer}) // as most GPUs have them
}

func openRecordedWith(t testing.TB, o Options) (*Device, *glestest.Recorder) {
	t.Helper()
	var r *glestest.Recorder
	o.wrap = func(gl gles.API) gles.API { r = glestest.New(gl); return r }
	d := openTest(t, o)
	r.Reset()
	return d, r
}

// must runs work on the GL thread.
func must(t testing.TB, d *Device, work func(gl gles.API) error) {
	t.Helper()
	if err := d.do(work); err != nil {
		t.Fatal(err)
	}
}

// inChild runs the calling test again in a process with more environment, and
// reports whether this is that process. The environment only works on Mesa.
func inChild(t *testing.T, env ...string) bool {
	t.Helper()
	if os.Getenv("GPU_TEST_CHILD") == t.Name() {
		return true
	}
	if d := openTest(t, Options{}); !strings.Contains(d.Info().Version, "Mesa") {
		t.Skip("only Mesa can be told to misbehave")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(append(os.Environ(), "GPU_TEST_CHILD="+t.Name()), env...)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "--- SKIP") {
		t.Errorf("with %v: %v\n%s", env, err, out)
	}
	return false
}

// noWork makes a device forget what runs have bound.
func noWork(gles.API) error { return nil }

func executorOf(t testing.TB, s *network.Session) *executor {
	t.Helper()
	var e *executor
	err := s.Executor(func(x network.Executor) error { e = x.(*executor); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// same fails the test unless tensors are equal to the last bit.
func same(t testing.TB, got, want []*tensor.Tensor) {
	t.Helper()
	for i := range want {
		if diff := tensor.MaxDiff(got[i], want[i]); diff.Abs != 0 {
			t.Errorf("output %d differs: %v", i, diff)
		}
	}
}
