//go:build cgo

package gles

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/go-gl/gl/v3.1/gles2"
)

// The binding keeps its function pointers in package variables, so they are
// filled once: writing them again would race with a device already at work.
var binding struct {
	sync.Mutex
	loaded     bool
	entryPoint map[string]unsafe.Pointer // of the optional functions
}

// go-gl binds no function of OpenGL ES 3.2 that was in no extension under that name. This
// one takes the place of the extension's, whose parameters it has.
const texBuffer = "glTexBuffer"

// Entry points beyond OpenGL ES 3.1 that API uses. go-gl binds them all; a nil pointer
// there would crash, so Load notes which are present.
var optional = []string{
	"glQueryCounterEXT", "glGetQueryObjectui64vEXT", "glBufferStorageEXT",
	texBuffer,
	"glGetGraphicsResetStatus", "glGetGraphicsResetStatusEXT", "glGetGraphicsResetStatusKHR",
	"glGetDebugMessageLog", "glGetDebugMessageLogKHR",
	"glDebugMessageControl", "glDebugMessageControlKHR",
	"glDebugMessageCallback", "glDebugMessageCallbackKHR",
	"glMaxShaderCompilerThreadsKHR",
}

// Available reports why Load cannot work in this build, or nil.
func Available() error { return nil }

// Load binds OpenGL ES through proc, which returns nil for an unknown name. A
// context must be current on the calling thread, and the API stays there. A
// process has one GL library: the first successful Load decides for all.
func Load(proc func(name string) unsafe.Pointer) (API, error) {
	binding.Lock()
	defer binding.Unlock()
	if !binding.loaded {
		pinned := func(name string) unsafe.Pointer {
			if name == texBuffer+"EXT" {
				name = texBuffer
			}
			p := proc(name)
			if p != nil {
				pin(p)
			}
			return p
		}
		if err := gles2.InitWithProcAddrFunc(pinned); err != nil {
			// go-gl's error is the bare name of the function.
			return nil, fmt.Errorf("%w: %v", ErrMissing, err)
		}
		binding.entryPoint = make(map[string]unsafe.Pointer, len(optional))
		for _, name := range optional {
			binding.entryPoint[name] = proc(name)
		}
		binding.loaded = true
	}

	g := &goGL{scratch: new(scratch)}
	exts := make(map[string]bool)
	for i := range g.getInteger(NUM_EXTENSIONS) {
		exts[g.GetStringi(EXTENSIONS, uint32(i))] = true
	}
	es32 := g.getInteger(MAJOR_VERSION)*10+g.getInteger(MINOR_VERSION) >= 32
	// A loader can return a pointer for a name that the driver does not have:
	// the pointer counts only beside the extension string or the version.
	has := func(name string, offered bool) bool { return offered && binding.entryPoint[name] != nil }
	g.timer = has("glQueryCounterEXT", exts["GL_EXT_disjoint_timer_query"]) && binding.entryPoint["glGetQueryObjectui64vEXT"] != nil
	g.storage = has("glBufferStorageEXT", exts["GL_EXT_buffer_storage"])
	g.texBuffer = has(texBuffer, es32)
	switch {
	case has("glGetGraphicsResetStatus", es32):
		g.resetStatus = gles2.GetGraphicsResetStatus
	case has("glGetGraphicsResetStatusKHR", exts["GL_KHR_robustness"]):
		g.resetStatus = gles2.GetGraphicsResetStatusKHR
	case has("glGetGraphicsResetStatusEXT", exts["GL_EXT_robustness"]):
		g.resetStatus = gles2.GetGraphicsResetStatusEXT
	}
	switch {
	case has("glGetDebugMessageLog", es32):
		g.debugLog = gles2.GetDebugMessageLog
	case has("glGetDebugMessageLogKHR", exts["GL_KHR_debug"]):
		g.debugLog = gles2.GetDebugMessageLogKHR
	}
	switch {
	case has("glDebugMessageControl", es32):
		g.debugControl = gles2.DebugMessageControl
	case has("glDebugMessageControlKHR", exts["GL_KHR_debug"]):
		g.debugControl = gles2.DebugMessageControlKHR
	}
	switch {
	case has("glDebugMessageCallback", es32):
		g.debug.set = binding.entryPoint["glDebugMessageCallback"]
	case has("glDebugMessageCallbackKHR", exts["GL_KHR_debug"]):
		g.debug.set = binding.entryPoint["glDebugMessageCallbackKHR"]
	}
	g.threads = has("glMaxShaderCompilerThreadsKHR", exts["GL_KHR_parallel_shader_compile"])
	return g, nil
}

// scratch holds the outputs of calls, so that no call allocates. It is apart
// from goGL because cgo rejects pointers into memory that holds Go pointers.
type scratch struct {
	i   [16]int32
	u   [4]uint32
	i64 int64
	u64 uint64
}

// goGL implements API over github.com/go-gl/gl. The calls in use take no
// client-memory offsets as pointers (indirect dispatch takes an int), so the
// binding's WithOffset variants, which checkptr needs for such calls, have no
// place here.
type goGL struct {
	*scratch
	pending        uint32 // error raised here for a missing entry point
	timer, storage bool
	threads        bool // compiler's
	texBuffer      bool
	resetStatus    func() uint32
	debugLog       func(count uint32, size int32, sources, types, ids, severities *uint32, lengths *int32, log *uint8) uint32
	debugControl   func(source, kind, severity uint32, count int32, ids *uint32, enabled bool)
	debug          debugCallback
}

func (g *goGL) missing() {
	if g.pending == NO_ERROR {
		g.pending = INVALID_OPERATION
	}
}

func pointer(b []byte) unsafe.Pointer {
	if len(b) == 0 {
		return nil
	}
	return unsafe.Pointer(&b[0])
}

func goString(s *uint8) string {
	if s == nil {
		return ""
	}
	return strings.Clone(gles2.GoStr(s))
}

func cString(s string) *uint8 { return &append([]byte(s), 0)[0] }

func (g *goGL) getInteger(name uint32) int32 {
	g.i[0] = 0
	gles2.GetIntegerv(name, &g.i[0])
	return g.i[0]
}

func (g *goGL) GetString(name uint32) string         { return goString(gles2.GetString(name)) }
func (g *goGL) GetStringi(name, index uint32) string { return goString(gles2.GetStringi(name, index)) }

func (g *goGL) GetIntegerv(name uint32, dst []int32) {
	// Through scratch: a caller's too short slice must not become an overrun.
	if len(dst) > len(g.i) {
		gles2.GetIntegerv(name, &dst[0])
		return
	}
	clear(g.i[:])
	gles2.GetIntegerv(name, &g.i[0])
	copy(dst, g.i[:])
}

func (g *goGL) GetIntegeriv(name, index uint32) int32 {
	g.i[0] = 0
	gles2.GetIntegeri_v(name, index, &g.i[0])
	return g.i[0]
}

func (g *goGL) GetInteger64v(name uint32) int64 {
	g.i64 = 0
	gles2.GetInteger64v(name, &g.i64)
	return g.i64
}

func (g *goGL) GetError() uint32 {
	if e := g.pending; e != NO_ERROR {
		g.pending = NO_ERROR
		return e
	}
	return gles2.GetError()
}

func (g *goGL) GetGraphicsResetStatus() uint32 {
	if g.resetStatus == nil {
		return NO_ERROR
	}
	return g.resetStatus()
}

func (g *goGL) Enable(capability uint32)  { gles2.Enable(capability) }
func (g *goGL) Disable(capability uint32) { gles2.Disable(capability) }

func (g *goGL) DispatchCompute(x, y, z uint32)     { gles2.DispatchCompute(x, y, z) }
func (g *goGL) DispatchComputeIndirect(offset int) { gles2.DispatchComputeIndirect(offset) }
func (g *goGL) MemoryBarrier(barriers uint32)      { gles2.MemoryBarrier(barriers) }

func (g *goGL) FenceSync() Sync {
	return Sync(gles2.FenceSync(SYNC_GPU_COMMANDS_COMPLETE, 0))
}
func (g *goGL) ClientWaitSync(sync Sync, flags uint32, nanoseconds uint64) uint32 {
	return gles2.ClientWaitSync(uintptr(sync), flags, nanoseconds)
}
func (g *goGL) DeleteSync(sync Sync) { gles2.DeleteSync(uintptr(sync)) }
func (g *goGL) Flush()               { gles2.Flush() }
func (g *goGL) Finish()              { gles2.Finish() }

func (g *goGL) GenQueries(dst []uint32) {
	if len(dst) > 0 {
		gles2.GenQueries(int32(len(dst)), &dst[0])
	}
}

func (g *goGL) DeleteQueries(queries []uint32) {
	if len(queries) > 0 {
		gles2.DeleteQueries(int32(len(queries)), &queries[0])
	}
}

func (g *goGL) BeginQuery(target, query uint32) { gles2.BeginQuery(target, query) }
func (g *goGL) EndQuery(target uint32)          { gles2.EndQuery(target) }

func (g *goGL) QueryCounter(query, target uint32) {
	if !g.timer {
		g.missing()
		return
	}
	gles2.QueryCounterEXT(query, target)
}

func (g *goGL) GetQueryiv(target, name uint32) int32 {
	g.i[0] = 0
	gles2.GetQueryiv(target, name, &g.i[0])
	return g.i[0]
}

func (g *goGL) GetQueryObjectuiv(query, name uint32) uint32 {
	g.u[0] = 0
	gles2.GetQueryObjectuiv(query, name, &g.u[0])
	return g.u[0]
}

func (g *goGL) GetQueryObjectui64v(query, name uint32) uint64 {
	if !g.timer {
		g.missing()
		return 0
	}
	g.u64 = 0
	gles2.GetQueryObjectui64vEXT(query, name, &g.u64)
	return g.u64
}

func (g *goGL) GetDebugMessageLog(max int) []DebugMessage {
	if g.debugLog == nil || max <= 0 {
		return nil
	}
	ids := make([]uint32, 4*max)
	lengths := make([]int32, max)
	text := make([]byte, 1024*max)
	n := int(g.debugLog(uint32(max), int32(len(text)),
		&ids[0], &ids[max], &ids[2*max], &ids[3*max], &lengths[0], &text[0]))
	msgs := make([]DebugMessage, 0, n)
	for i := range min(n, max) {
		end := min(max0(int(lengths[i])), len(text))
		msgs = append(msgs, DebugMessage{
			Source: ids[i], Type: ids[max+i], ID: ids[2*max+i], Severity: ids[3*max+i],
			Text: strings.TrimRight(string(text[:end]), "\x00\n"),
		})
		text = text[end:]
	}
	return slices.Clip(msgs)
}

func (g *goGL) DebugMessageControl(source, kind, severity uint32, enabled bool) {
	if g.debugControl == nil {
		g.missing()
		return
	}
	g.debugControl(source, kind, severity, 0, nil, enabled)
}

func (g *goGL) DebugMessageCallback(f func(DebugMessage)) {
	if g.debug.set == nil {
		g.missing()
		return
	}
	g.debug.use(f)
}

func max0(n int) int { return max(n, 0) }
