package gpu_test

import (
	"errors"
	"os"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/conformance"
)

func open(t testing.TB, o gpu.Options) *gpu.Device {
	t.Helper()
	o.NoCache = true // tests leave nothing in the user's folders
	d, err := gpu.Open(o)
	if err != nil {
		if errors.Is(err, gpu.ErrSelfTest) || os.Getenv("SHUFFLEGL_GPU") == "required" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestConformance(t *testing.T) {
	conformance.Run(t, open(t, gpu.Options{}), conformance.Options{Short: testing.Short()})
}

// The same with no more than every OpenGL ES 3.1 device has.
func TestConformanceSpecMinimum(t *testing.T) {
	conformance.Run(t, open(t, gpu.Options{Limits: &gpu.SpecMinimum}), conformance.Options{Short: true})
}
