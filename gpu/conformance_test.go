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

// The whole suite runs with the defaults of GPUs, and with no more than every OpenGL
// ES 3.1 device has. Those of software renderers, which this device may be, are large
// programs and slow to build.
func TestConformance(t *testing.T) {
	o := gpu.Options{Limits: &gpu.SpecMinimum}
	conformance.Run(t, open(t, o.Like("a GPU")), conformance.Options{Short: testing.Short() || raceDetector})
}

// What families of GPUs run otherwise.
func TestConformanceFamilies(t *testing.T) {
	for _, renderer := range []string{"llvmpipe", "V3D 4.2", "Mali-G52", "Adreno (TM) 640"} {
		t.Run(renderer, func(t *testing.T) {
			if raceDetector && renderer != "V3D 4.2" {
				t.Skip("takes minutes")
			}
			d := open(t, gpu.Options{}.Like(renderer))
			conformance.Run(t, d, conformance.Options{Short: true, Only: "fused/"})
		})
	}
}
