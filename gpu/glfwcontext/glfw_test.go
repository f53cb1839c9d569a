package glfwcontext

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
)

var options = gpu.Options{Contexts: []gpu.ContextProvider{Provider()}}

func TestOpen(t *testing.T) {
	d, err := gpu.Open(options)
	if err != nil {
		if !errors.Is(err, gpu.ErrUnavailable) {
			t.Fatal(err)
		}
		t.Skip("no window here: ", err)
	}
	t.Log(d.Info().Renderer, d.Info().Version, d.Info().Context)
	if !strings.HasPrefix(d.Info().Context, "GLFW 3.3") {
		t.Errorf("context %q", d.Info().Context)
	}
	e, err := gpu.Open(gpu.Options{Contexts: options.Contexts, Debug: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*gpu.Device{d, e} {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	// GLFW was ended and must begin anew.
	d, err = gpu.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
}

func TestNoDisplay(t *testing.T) {
	for display, says := range map[string]string{"": "neither DISPLAY nor", ":4321": `cannot open DISPLAY=":4321"`} {
		t.Setenv("DISPLAY", display)
		t.Setenv("WAYLAND_DISPLAY", "")
		_, err := gpu.Open(options)
		if errors.Is(err, gpu.ErrNoCgo) {
			t.Skip(err)
		}
		if !errors.Is(err, gpu.ErrUnavailable) || !errors.Is(err, gpu.ErrNoDisplay) || !strings.Contains(err.Error(), says) {
			t.Errorf("DISPLAY=%q: %v", display, err)
		}
		t.Log(err)
	}
}

// TestVersionTooOld runs in a child process: Mesa reads its environment once.
func TestVersionTooOld(t *testing.T) {
	if os.Getenv("GLFW_TEST_CHILD") != "" {
		_, err := gpu.Open(options)
		if !errors.Is(err, gpu.ErrVersion) || !strings.Contains(err.Error(), "driver offers OpenGL ES 3.0") {
			t.Errorf("got %v", err)
		}
		return
	}
	d, err := gpu.Open(options)
	if err != nil {
		t.Skip("no window here: ", err)
	}
	mesa := strings.Contains(d.Info().Version, "Mesa")
	d.Close()
	if !mesa {
		t.Skip("only Mesa can pretend to be older")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestVersionTooOld$", "-test.v")
	cmd.Env = append(os.Environ(), "GLFW_TEST_CHILD=1", "MESA_GLES_VERSION_OVERRIDE=3.0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
