//go:build cgo && linux

package glfwcontext

// GLFW opens libGL and libEGL at run time itself, yet its Go package links
// libGL; --as-needed drops it. See also package gles.

/*
#cgo LDFLAGS: -Wl,--as-needed
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"

	"github.com/go-gl/glfw/v3.3/glfw"

	"github.com/shufflegl/shufflegl/gpu"
)

// Provider returns the provider of hidden-window contexts.
func Provider() gpu.ContextProvider { return provider{} }

type provider struct{}

func (provider) Name() string { return "GLFW" }

// library guards GLFW, which is one for the process: its windows are counted
// so that the last one ends it.
var library struct {
	sync.Mutex
	windows int
}

func (provider) Open(debug bool) (_ gpu.Context, err error) {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return nil, fmt.Errorf("GLFW: %w: neither DISPLAY nor WAYLAND_DISPLAY is set (run in a desktop session, under xvfb-run, or use the EGL provider)", gpu.ErrNoDisplay)
	}
	library.Lock()
	defer library.Unlock()
	if library.windows == 0 {
		if err := glfw.Init(); err != nil {
			return nil, fmt.Errorf("GLFW: %w: %w", gpu.ErrNoDisplay, err)
		}
	}
	w, err := openWindow(debug)
	if err != nil {
		if library.windows == 0 {
			ignorePanic(glfw.Terminate)
		}
		return nil, fmt.Errorf("GLFW: %w", err)
	}
	library.windows++
	return &context{window: w, kind: kind()}, nil
}

func kind() string {
	major, minor, _ := glfw.GetVersion()
	return fmt.Sprintf("GLFW %d.%d", major, minor)
}

// notInitialized is GLFW_NOT_INITIALIZED, which the binding keeps to itself.
const notInitialized glfw.ErrorCode = 0x00010001

func openWindow(debug bool) (w *glfw.Window, err error) {
	// The binding panics with GLFW's errors. One of them comes late: Init
	// returns nil without a display and the next call panics.
	defer func() {
		switch v := recover().(type) {
		case nil:
		case error:
			if e := new(glfw.Error); errors.As(v, &e) && e.Code == notInitialized {
				err = fmt.Errorf("%w: cannot open DISPLAY=%q (is the display server running, and may this user use it?)", gpu.ErrNoDisplay, os.Getenv("DISPLAY"))
				return
			}
			err = fmt.Errorf("%w: %w", gpu.ErrContext, v)
		default:
			err = fmt.Errorf("%w: %v", gpu.ErrContext, v)
		}
	}()
	w, err = create(3, 1, debug)
	if err != nil {
		if offered := offered(); offered != "" {
			return nil, fmt.Errorf("%w: driver offers OpenGL ES %s, 3.1 is needed", gpu.ErrVersion, offered)
		}
		return nil, fmt.Errorf("%w: %w", gpu.ErrContext, err)
	}
	w.MakeContextCurrent()
	return w, nil
}

func create(major, minor int, debug bool) (*glfw.Window, error) {
	glfw.DefaultWindowHints()
	glfw.WindowHint(glfw.Visible, glfw.False)
	glfw.WindowHint(glfw.ClientAPI, glfw.OpenGLESAPI)
	// Without this GLFW asks GLX, which offers OpenGL ES on few drivers.
	glfw.WindowHint(glfw.ContextCreationAPI, glfw.EGLContextAPI)
	glfw.WindowHint(glfw.ContextVersionMajor, major)
	glfw.WindowHint(glfw.ContextVersionMinor, minor)
	// No robustness hint: Mesa's X11 software driver refuses it, and GLFW ties
	// it to bounds checks in every shader.
	if debug {
		glfw.WindowHint(glfw.OpenGLDebugContext, glfw.True)
	}
	return glfw.CreateWindow(1, 1, "shufflegl", nil, nil)
}

// offered returns the version of the best older context that can be made.
func offered() string {
	for _, v := range [][2]int{{3, 0}, {2, 0}} {
		if w, err := create(v[0], v[1], false); err == nil {
			major, minor := w.GetAttrib(glfw.ContextVersionMajor), w.GetAttrib(glfw.ContextVersionMinor)
			w.Destroy()
			return fmt.Sprintf("%d.%d", major, minor)
		}
	}
	return ""
}

type context struct {
	window *glfw.Window
	kind   string
}

func (c *context) Kind() string { return c.kind }

func (c *context) ProcAddress(name string) (p unsafe.Pointer) {
	ignorePanic(func() { p = glfw.GetProcAddress(name) })
	return p
}

func (c *context) Close() error {
	library.Lock()
	defer library.Unlock()
	if c.window == nil {
		return nil
	}
	ignorePanic(glfw.DetachCurrentContext)
	ignorePanic(c.window.Destroy)
	c.window = nil
	if library.windows--; library.windows == 0 {
		ignorePanic(glfw.Terminate)
	}
	return nil
}

// ignorePanic calls f where a GLFW error must not end the program.
func ignorePanic(f func()) {
	defer func() { recover() }()
	f()
}
