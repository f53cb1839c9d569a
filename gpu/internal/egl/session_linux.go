package egl

import (
	"fmt"
	"strings"

	"github.com/ebitengine/purego"
)

// session is a context on a display, with its surface if it needs one.
type session struct {
	l                 *library
	platform          string
	display           display
	config            config
	surface           surface
	handle            context
	version, renderer string
}

// open makes a 3.1 context on a platform and leaves it current.
func (l *library) open(p platform, debug bool) (*session, error) {
	s := &session{l: l, platform: p.name}
	fail := func(err error) (*session, error) { return nil, fmt.Errorf("%s: %w", p.name, err) }

	d, err := p.display()
	if err != nil {
		return fail(err)
	}
	if d == 0 {
		return fail(fmt.Errorf("%w (%s)", ErrNoDisplay, l.lastError()))
	}
	s.display = d
	var major, minor int32
	if l.initialize(d, &major, &minor) == 0 {
		return fail(fmt.Errorf("%w: eglInitialize: %s", ErrNoDisplay, l.lastError()))
	}
	egl15 := major > 1 || major == 1 && minor >= 5
	exts := parseExtensions(l.queryString(d, eglExtensions))
	if l.bindAPI(eglOpenGLESAPI) == 0 {
		return fail(fmt.Errorf("%w: eglBindAPI(EGL_OPENGL_ES_API): %s", ErrContext, l.lastError()))
	}

	surfaceless := exts["EGL_KHR_surfaceless_context"] && !l.withoutSurfaceless
	createContext := egl15 || exts["EGL_KHR_create_context"]
	if err := s.chooseConfig(surfaceless, createContext, exts); err != nil {
		return fail(err)
	}
	if !surfaceless {
		s.surface = l.createPbuffer(d, s.config, attributes(eglWidth, 1, eglHeight, 1))
		if s.surface == 0 {
			return fail(fmt.Errorf("%w: 1x1 pbuffer: %s", ErrContext, l.lastError()))
		}
	}

	if err := s.create(attempts(egl15, createContext, debug, exts)); err != nil {
		offered := s.offered(createContext)
		s.destroy()
		if offered != "" {
			return fail(tooOld(offered))
		}
		return fail(err)
	}
	// A driver may ignore the wanted version: what counts is what it says.
	if !atLeast31(s.version) {
		version := s.version
		s.destroy()
		return fail(tooOld(version))
	}
	return s, nil
}

func tooOld(version string) error {
	return fmt.Errorf("%w: driver offers %s, 3.1 is needed", ErrVersion, version)
}

func (s *session) chooseConfig(surfaceless, es3 bool, exts extensions) error {
	var kinds []int32
	if es3 {
		kinds = append(kinds, eglES3Bit)
	}
	for _, kind := range append(kinds, eglES2Bit) {
		list := []int32{eglRenderableType, kind}
		if surfaceless {
			// No surface at all; the default would ask for windows.
			list = append(list, eglSurfaceType, 0)
		} else {
			list = append(list, eglSurfaceType, eglPbufferBit)
		}
		var n int32
		if s.l.chooseConfig(s.display, attributes(list...), &s.config, 1, &n) != 0 && n > 0 {
			return nil
		}
	}
	s.config = 0
	if surfaceless && (exts["EGL_KHR_no_config_context"] || exts["EGL_MESA_configless_context"]) {
		return nil
	}
	return fmt.Errorf("%w: no OpenGL ES config (%s)", ErrContext, s.l.lastError())
}

// attempts lists the attributes to try. Reset notification makes a hung GPU an
// error instead of a crash, and debug gives messages, but a driver that refuses
// either must still work. Robust buffer access is not asked for: the bounds
// checks it puts into every shader cost time.
func attempts(egl15, createContext, debug bool, exts extensions) [][]int32 {
	if !createContext {
		return [][]int32{{eglContextMajor, 3}} // EGL 1.4: some give 3.1 for 3
	}
	plain := []int32{eglContextMajor, 3, eglContextMinor, 1}
	with := func(base []int32, more ...int32) []int32 {
		return append(append([]int32(nil), base...), more...)
	}
	list := [][]int32{plain}
	switch {
	case exts["EGL_EXT_create_context_robustness"]:
		list = [][]int32{with(plain, eglResetNotificationEXT, eglLoseContextOnReset), plain}
	case egl15:
		list = [][]int32{with(plain, eglResetNotification15, eglLoseContextOnReset), plain}
	}
	if !debug {
		return list
	}
	flag := []int32{eglContextFlagsKHR, eglContextDebugBitKHR}
	if egl15 {
		flag = []int32{eglContextDebug15, 1}
	}
	var debugs [][]int32
	for _, a := range list {
		debugs = append(debugs, with(a, flag...))
	}
	return append(debugs, list...)
}

// create makes the first context that the driver accepts, and binds it.
func (s *session) create(attempts [][]int32) error {
	var err error
	for _, a := range attempts {
		if s.handle = s.l.createContext(s.display, s.config, 0, attributes(a...)); s.handle != 0 {
			break
		}
		err = fmt.Errorf("%w: eglCreateContext: %s", ErrContext, s.l.lastError())
	}
	if s.handle == 0 {
		return err
	}
	if err := s.bind(); err != nil {
		return err
	}
	return s.identify()
}

func (s *session) identify() error {
	p := s.l.procAddress("glGetString")
	if p == nil {
		return fmt.Errorf("%w: no glGetString (install libgles2)", ErrNoLibrary)
	}
	var getString func(name uint32) string
	purego.RegisterFunc(&getString, uintptr(p))
	s.version, s.renderer = getString(glVersion), getString(glRenderer)
	if s.version == "" {
		return fmt.Errorf("%w: glGetString gives no version", ErrContext)
	}
	return nil
}

// offered returns the version of the best older context that the driver makes.
func (s *session) offered(createContext bool) string {
	for _, a := range [][]int32{{eglContextMajor, 3}, {eglContextMajor, 2}} {
		s.unbind()
		if s.handle != 0 {
			s.l.destroyContext(s.display, s.handle)
		}
		if s.create([][]int32{a}) == nil {
			return s.version
		}
	}
	s.l.getError()
	return ""
}

func (s *session) bind() error {
	if s.l.makeCurrent(s.display, s.surface, s.surface, s.handle) == 0 {
		return fmt.Errorf("%w: eglMakeCurrent: %s", ErrContext, s.l.lastError())
	}
	return nil
}

func (s *session) unbind() { s.l.makeCurrent(s.display, 0, 0, 0) }

// destroy leaves the display alone: EGL gives every caller in the process the
// same one, so that eglTerminate would end other devices' contexts too.
func (s *session) destroy() error {
	s.unbind()
	ok := true
	if s.handle != 0 {
		ok = s.l.destroyContext(s.display, s.handle) != 0
	}
	if s.surface != 0 {
		ok = s.l.destroySurface(s.display, s.surface) != 0 && ok
	}
	s.handle, s.surface = 0, 0
	if !ok {
		return fmt.Errorf("EGL: close: %s", s.l.lastError())
	}
	return nil
}

func (s *session) context() (*Context, error) {
	return &Context{
		kind:    "EGL " + s.platform,
		version: s.version,
		lookup:  s.l.procAddress,
		release: func() error {
			err := s.destroy()
			s.l.releaseThread()
			return err
		},
	}, nil
}

// software says whether the renderer runs on the CPU.
func (s *session) software() bool {
	name := strings.ToLower(s.renderer)
	for _, cpu := range []string{"llvmpipe", "softpipe", "swrast", "swiftshader"} {
		if strings.Contains(name, cpu) {
			return true
		}
	}
	return false
}

// atLeast31 reads a GL_VERSION such as "OpenGL ES 3.2 Mesa 22.3.6".
func atLeast31(version string) bool {
	var major, minor int
	_, err := fmt.Sscanf(version, "OpenGL ES %d.%d", &major, &minor)
	return err == nil && (major > 3 || major == 3 && minor >= 1)
}

// attributes ends a list as EGL wants it.
func attributes(list ...int32) *int32 {
	return &append(append([]int32(nil), list...), eglNone)[0]
}
