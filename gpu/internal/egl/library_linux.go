package egl

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Library names, in the order they are tried; the second form is Android's.
var (
	libEGL    = []string{"libEGL.so.1", "libEGL.so"}
	libGLESv2 = []string{"libGLESv2.so.2", "libGLESv2.so"}
	libGBM    = []string{"libgbm.so.1", "libgbm.so"}
)

type (
	display uintptr
	config  uintptr
	surface uintptr
	context uintptr
)

// library is libEGL and the entry points in use.
type library struct {
	egl, gles uintptr
	client    extensions // client extensions, that is without a display

	getError            func() int32
	queryString         func(d display, name int32) string
	getDisplay          func(native uintptr) display
	initialize          func(d display, major, minor *int32) uint32
	bindAPI             func(api uint32) uint32
	chooseConfig        func(d display, attribs *int32, configs *config, size int32, n *int32) uint32
	createContext       func(d display, c config, share context, attribs *int32) context
	destroyContext      func(d display, c context) uint32
	createPbuffer       func(d display, c config, attribs *int32) surface
	destroySurface      func(d display, s surface) uint32
	makeCurrent         func(d display, draw, read surface, c context) uint32
	getProcAddress      func(name string) unsafe.Pointer
	releaseThread       func() uint32
	getPlatformDisplay  func(platform uint32, native uintptr, attribs *int32) display
	queryDevices        func(max int32, devices *uintptr, n *int32) uint32
	queryDeviceString   func(device uintptr, name int32) string
	haveDeviceFunctions bool

	withoutSurfaceless bool // for tests: as if there were no surfaceless contexts
}

func dlopen(names []string) (handle uintptr, err error) {
	for _, name := range names {
		h, e := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_GLOBAL)
		if e == nil {
			return h, nil
		}
		if err == nil {
			err = e // the first name is the one to install
		}
	}
	return 0, err
}

// load opens libEGL. The handles are never closed: GL drivers do not survive
// being unloaded.
func load() (*library, error) {
	h, err := dlopen(libEGL)
	if err != nil {
		return nil, fmt.Errorf("%w: %v (on Debian and its kin: apt install libegl1 libgles2 libegl-mesa0 libgl1-mesa-dri)", ErrNoLibrary, err)
	}
	l := &library{egl: h}
	l.gles, _ = dlopen(libGLESv2) // eglGetProcAddress may do without it

	for _, f := range []struct {
		name string
		fn   any
	}{
		{"eglGetError", &l.getError},
		{"eglGetDisplay", &l.getDisplay},
		{"eglInitialize", &l.initialize},
		{"eglBindAPI", &l.bindAPI},
		{"eglChooseConfig", &l.chooseConfig},
		{"eglCreateContext", &l.createContext},
		{"eglDestroyContext", &l.destroyContext},
		{"eglCreatePbufferSurface", &l.createPbuffer},
		{"eglDestroySurface", &l.destroySurface},
		{"eglMakeCurrent", &l.makeCurrent},
		{"eglGetProcAddress", &l.getProcAddress},
		{"eglReleaseThread", &l.releaseThread},
		{"eglQueryString", &l.queryString},
	} {
		address, err := purego.Dlsym(h, f.name)
		if err != nil {
			return nil, fmt.Errorf("%w: libEGL lacks %s", ErrNoLibrary, f.name)
		}
		purego.RegisterFunc(f.fn, address)
	}

	// EGL before 1.5 answers no display with an error, here an empty string.
	l.client = parseExtensions(l.queryString(0, eglExtensions))
	l.getError()

	// The EXT entry point works with EGL 1.4 and 1.5 alike; 1.5's own differs
	// only in the type of the attributes, of which there are none.
	if l.client["EGL_EXT_platform_base"] {
		l.optional("eglGetPlatformDisplayEXT", &l.getPlatformDisplay)
	}
	if l.client["EGL_EXT_device_base"] || l.client["EGL_EXT_device_enumeration"] {
		l.haveDeviceFunctions = l.optional("eglQueryDevicesEXT", &l.queryDevices) &&
			l.optional("eglQueryDeviceStringEXT", &l.queryDeviceString)
	}
	return l, nil
}

func (l *library) optional(name string, fn any) bool {
	p := l.getProcAddress(name)
	if p == nil {
		return false
	}
	purego.RegisterFunc(fn, uintptr(p))
	return true
}

// procAddress asks libGLESv2 first: before EGL 1.5, eglGetProcAddress need not
// know the core functions.
func (l *library) procAddress(name string) unsafe.Pointer {
	if l.gles != 0 {
		if a, err := purego.Dlsym(l.gles, name); err == nil && a != 0 {
			return *(*unsafe.Pointer)(unsafe.Pointer(&a))
		}
	}
	return l.getProcAddress(name)
}

// lastError returns EGL's error as its name.
func (l *library) lastError() string {
	code := l.getError()
	names := [...]string{
		"EGL_SUCCESS", "EGL_NOT_INITIALIZED", "EGL_BAD_ACCESS", "EGL_BAD_ALLOC", "EGL_BAD_ATTRIBUTE",
		"EGL_BAD_CONFIG", "EGL_BAD_CONTEXT", "EGL_BAD_CURRENT_SURFACE", "EGL_BAD_DISPLAY", "EGL_BAD_MATCH",
		"EGL_BAD_NATIVE_PIXMAP", "EGL_BAD_NATIVE_WINDOW", "EGL_BAD_PARAMETER", "EGL_BAD_SURFACE", "EGL_CONTEXT_LOST",
	}
	if i := int(code) - eglSuccess; i >= 0 && i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("EGL error 0x%04X", code)
}

type extensions map[string]bool

func parseExtensions(s string) extensions {
	m := make(extensions)
	for _, name := range strings.Fields(s) {
		m[name] = true
	}
	return m
}

const (
	eglSuccess    = 0x3000
	eglExtensions = 0x3055
	eglNone       = 0x3038

	eglOpenGLESAPI    = 0x30A0
	eglSurfaceType    = 0x3033
	eglRenderableType = 0x3040
	eglPbufferBit     = 0x0001
	eglES2Bit         = 0x0004
	eglES3Bit         = 0x0040
	eglWidth          = 0x3057
	eglHeight         = 0x3056

	eglContextMajor       = 0x3098
	eglContextMinor       = 0x30FB
	eglContextFlagsKHR    = 0x30FC
	eglContextDebugBitKHR = 0x0001
	// EGL 1.5 has its own numbers for what the extensions began.
	eglContextDebug15       = 0x31B0
	eglResetNotificationEXT = 0x3138
	eglResetNotification15  = 0x31BD
	eglLoseContextOnReset   = 0x31BF
	eglPlatformDevice       = 0x313F
	eglPlatformGBM          = 0x31D7
	eglPlatformSurfaceless  = 0x31DD

	glRenderer = 0x1F01
	glVersion  = 0x1F02
)
