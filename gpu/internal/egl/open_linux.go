package egl

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/ebitengine/purego"
)

// Open makes an OpenGL ES 3.1 context (or later) and makes it current on the
// calling thread, which must be locked by runtime.LockOSThread. It tries, in
// this order, Mesa's surfaceless platform, the device platform, GBM, and the
// default display with a 1x1 pbuffer. A context that turns out to be software
// is kept only if the other headless platforms offer no GPU.
func Open(debug bool) (*Context, error) {
	l, err := load()
	if err != nil {
		return nil, fmt.Errorf("EGL: %w", err)
	}

	var software *session
	var failures []error
	for _, p := range l.platforms() {
		if software != nil && p.last {
			break
		}
		s, err := l.open(p, debug)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		if !s.software() {
			if software != nil {
				software.destroy()
			}
			return s.context()
		}
		if software != nil {
			s.destroy()
			continue
		}
		software = s
		s.unbind()
	}
	if software != nil {
		if err := software.bind(); err != nil {
			return nil, fmt.Errorf("EGL: %w", err)
		}
		return software.context()
	}
	return nil, summary(failures)
}

// summary joins the platforms' failures on one line and puts the version error
// first: a driver that is too old explains the rest.
func summary(failures []error) error {
	if len(failures) == 0 {
		return fmt.Errorf("EGL: %w: no platform to try", ErrNoDisplay)
	}
	for _, err := range failures {
		if errors.Is(err, ErrVersion) {
			return fmt.Errorf("EGL: %w", err)
		}
	}
	return joined(failures)
}

type joined []error

func (j joined) Error() string {
	parts := make([]string, len(j))
	for i, err := range j {
		parts[i] = err.Error()
	}
	return "EGL: " + strings.Join(parts, ", ")
}

func (j joined) Unwrap() []error { return j }

// platform is one way to get a display.
type platform struct {
	name    string
	last    bool // not worth trying once there is a software context
	display func() (display, error)
}

func (l *library) platforms() []platform {
	var list []platform
	if l.getPlatformDisplay != nil && l.client["EGL_MESA_platform_surfaceless"] {
		list = append(list, platform{name: "surfaceless", display: func() (display, error) {
			return l.getPlatformDisplay(eglPlatformSurfaceless, 0, nil), nil
		}})
	}
	if l.getPlatformDisplay != nil && l.client["EGL_EXT_platform_device"] && l.haveDeviceFunctions {
		list = append(list, l.devices()...)
	}
	if l.getPlatformDisplay != nil && (l.client["EGL_KHR_platform_gbm"] || l.client["EGL_MESA_platform_gbm"]) {
		list = append(list, l.gbm()...)
	}
	return append(list, platform{name: "default display", last: true, display: func() (display, error) {
		return l.getDisplay(0), nil
	}})
}

// devices lists EGL's devices, but no software ones: those are what the
// surfaceless platform falls back to anyway.
func (l *library) devices() []platform {
	var found [16]uintptr
	var n int32
	if l.queryDevices(int32(len(found)), &found[0], &n) == 0 {
		l.getError()
		return nil
	}
	var list []platform
	for i, dev := range found[:min(int(n), len(found))] {
		if parseExtensions(l.queryDeviceString(dev, eglExtensions))["EGL_MESA_device_software"] {
			continue
		}
		list = append(list, platform{name: fmt.Sprintf("device %d", i), display: func() (display, error) {
			return l.getPlatformDisplay(eglPlatformDevice, dev, nil), nil
		}})
	}
	return list
}

// gbmDevices are those of nodes that have been opened. They stay open as long as their displays, that is
// for ever (see session.destroy): of another device of the same node EGL would make another display.
var gbmDevices = struct {
	sync.Mutex
	of map[string]uintptr
}{of: map[string]uintptr{}}

// gbmDevice is a node's, made by create at first.
func gbmDevice(node string, create func(fd int32) uintptr) (uintptr, error) {
	gbmDevices.Lock()
	defer gbmDevices.Unlock()
	if dev := gbmDevices.of[node]; dev != 0 {
		return dev, nil
	}
	fd, err := syscall.Open(node, os.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("%w: %v (is the user in the groups video and render?)", ErrNoDisplay, err)
	}
	dev := create(int32(fd))
	if dev == 0 {
		syscall.Close(fd)
		return 0, fmt.Errorf("%w: gbm_create_device failed", ErrNoDisplay)
	}
	gbmDevices.of[node] = dev
	return dev, nil
}

// gbm lists the DRM render nodes.
func (l *library) gbm() []platform {
	nodes, _ := filepath.Glob("/dev/dri/renderD*")
	if len(nodes) == 0 {
		return nil
	}
	h, err := dlopen(libGBM)
	if err != nil {
		return nil
	}
	address, err := purego.Dlsym(h, "gbm_create_device")
	if err != nil {
		return nil
	}
	var createDevice func(fd int32) uintptr
	purego.RegisterFunc(&createDevice, address)
	var list []platform
	for _, node := range nodes {
		list = append(list, platform{name: "GBM " + node, display: func() (display, error) {
			dev, err := gbmDevice(node, createDevice)
			if err != nil {
				return 0, err
			}
			return l.getPlatformDisplay(eglPlatformGBM, dev, nil), nil
		}})
	}
	return list
}
