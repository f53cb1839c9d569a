package egl

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, debug := range []bool{false, true} {
		c, err := Open(debug)
		if err != nil {
			t.Skip("no EGL context here: ", err)
		}
		t.Log(c.Kind(), c.version)
		if !strings.HasPrefix(c.Kind(), "EGL ") {
			t.Errorf("kind %q", c.Kind())
		}
		if c.ProcAddress("glDispatchCompute") == nil {
			t.Error("no glDispatchCompute")
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error("second Close: ", err)
		}
	}
}

// Two contexts share a display; closing one must not end the other.
func TestCloseLeavesOtherContext(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	a, err := Open(false)
	if err != nil {
		t.Skip("no EGL context here: ", err)
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		b, err := Open(false)
		if err == nil {
			err = b.Close()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoLibrary(t *testing.T) {
	defer func(old []string) { libEGL = old }(libEGL)
	libEGL = []string{"libEGL-absent.so.1"}
	_, err := Open(false)
	if !errors.Is(err, ErrNoLibrary) || !strings.Contains(err.Error(), "apt install libegl1") {
		t.Errorf("got %v", err)
	}
}

func TestAtLeast31(t *testing.T) {
	for version, want := range map[string]bool{
		"OpenGL ES 3.2 Mesa 22.3.6": true, "OpenGL ES 3.1": true, "OpenGL ES 3.0 V@415": false,
		"OpenGL ES 2.0": false, "OpenGL ES 4.0": true, "4.6 (Core Profile)": false, "": false,
	} {
		if got := atLeast31(version); got != want {
			t.Errorf("atLeast31(%q) = %v", version, got)
		}
	}
}

func TestAttempts(t *testing.T) {
	for _, c := range []struct {
		name                        string
		egl15, createContext, debug bool
		exts                        extensions
		want                        int
	}{
		{"EGL 1.4 bare", false, false, false, nil, 1},
		{"EGL 1.4 bare, debug", false, false, true, nil, 1},
		{"EGL 1.4 and create_context", false, true, false, nil, 1},
		{"the same, debug", false, true, true, nil, 2},
		{"EGL 1.4 and robustness", false, true, false, extensions{"EGL_EXT_create_context_robustness": true}, 2},
		{"EGL 1.5", true, true, false, nil, 2},
		{"EGL 1.5, debug", true, true, true, nil, 4},
	} {
		if got := len(attempts(c.egl15, c.createContext, c.debug, c.exts)); got != c.want {
			t.Errorf("%s: %d attempts, want %d", c.name, got, c.want)
		}
	}
}

// TestVersionTooOld opens EGL in a child process whose driver pretends to be
// OpenGL ES 3.0.
func TestVersionTooOld(t *testing.T) {
	if os.Getenv("EGL_TEST_CHILD") != "" {
		_, err := Open(false)
		if !errors.Is(err, ErrVersion) {
			t.Fatalf("got %v", err)
		}
		t.Log(err)
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	c, err := Open(false)
	if err != nil {
		t.Skip("no EGL context here: ", err)
	}
	mesa := strings.Contains(c.version, "Mesa")
	c.Close()
	if !mesa {
		t.Skip("only Mesa can pretend to be older")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestVersionTooOld$", "-test.v")
	cmd.Env = append(os.Environ(), "EGL_TEST_CHILD=1", "MESA_GLES_VERSION_OVERRIDE=3.0")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "driver offers OpenGL ES 3.0") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Open stops at the first platform that works; the others must at least fail
// cleanly, and work if they can.
func TestEveryPlatform(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l, err := load()
	if err != nil {
		t.Skip(err)
	}
	for _, p := range l.platforms() {
		s, err := l.open(p, false)
		if err != nil {
			t.Log(err)
			continue
		}
		t.Logf("%s: %s, %s", p.name, s.renderer, s.version)
		if err := s.destroy(); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}

// Drivers without EGL_KHR_surfaceless_context need a surface.
func TestPbuffer(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l, err := load()
	if err != nil {
		t.Skip(err)
	}
	platforms := l.platforms()
	l.withoutSurfaceless = true
	s, err := l.open(platforms[len(platforms)-1], false)
	if err != nil {
		t.Skip("no default display: ", err)
	}
	if s.surface == 0 {
		t.Error("no surface")
	}
	if err := s.destroy(); err != nil {
		t.Error(err)
	}
}

// A node is opened once: its display stays, and another device of the node would have another.
func TestNodesAreOpenedOnce(t *testing.T) {
	node, made := filepath.Join(t.TempDir(), "renderD128"), 0
	create := func(fd int32) uintptr {
		made++
		if made == 1 {
			return 0
		}
		return uintptr(100 + made)
	}
	if _, err := gbmDevice(node, create); !errors.Is(err, ErrNoDisplay) || made != 0 {
		t.Errorf("of no node: %v", err)
	}
	if err := os.WriteFile(node, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { delete(gbmDevices.of, node) })
	if _, err := gbmDevice(node, create); !errors.Is(err, ErrNoDisplay) {
		t.Errorf("of a node that is refused: %v", err)
	}
	for range 3 {
		if dev, err := gbmDevice(node, create); dev != 102 || err != nil {
			t.Errorf("device %d, %v", dev, err)
		}
	}
}
