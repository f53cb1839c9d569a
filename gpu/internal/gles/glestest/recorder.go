// Package glestest wraps a gles.API to count its calls and to inject faults,
// and has a fake API for tests that need no driver.
package glestest

import (
	"sync"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// Fault makes calls fail. The driver does not see a call that fails.
type Fault struct {
	Call  string // the method's name, such as "BufferData"
	Nth   int    // which call of that name from now on, from 1; 0 is every one
	Error uint32 // what the next GetError returns
	Log   string // info log of a CompileShader or LinkProgram that fails
	// Result is what ClientWaitSync returns instead.
	Result uint32
	// Lost makes this and every later call fail as after a lost context.
	Lost  bool
	Panic any // if not nil, the call panics with it
}

// Recorder is a gles.API that counts calls on their way to another API. Its
// own methods (Calls, Reset, Inject, ...) are safe to use from other threads.
type Recorder struct {
	api gles.API

	mu      sync.Mutex
	calls   map[string]int
	total   int
	order   []string // of calls, if kept
	keep    bool
	faults  []Fault
	seen    []int // calls since each fault was injected
	pending uint32
	lost    bool
	broken  map[uint32]string // shaders and programs made to fail, and their logs
}

// New wraps api.
func New(api gles.API) *Recorder {
	return &Recorder{api: api, calls: make(map[string]int), broken: make(map[uint32]string)}
}

// Calls returns how often the named method was called since New or Reset.
func (r *Recorder) Calls(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls[name]
}

// Total returns how many calls there were since New or Reset.
func (r *Recorder) Total() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// Counts returns a copy of all the counts.
func (r *Recorder) Counts() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := make(map[string]int, len(r.calls))
	for name, n := range r.calls {
		if n > 0 {
			m[name] = n
		}
	}
	return m
}

// Sequence returns the names of the calls that f makes, in order.
func (r *Recorder) Sequence(f func()) []string {
	r.mu.Lock()
	r.order, r.keep = nil, true
	r.mu.Unlock()
	f()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep = false
	return r.order
}

// Reset sets the counts to zero; faults stay.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total = 0
	for name := range r.calls {
		r.calls[name] = 0
	}
}

// Inject adds a fault.
func (r *Recorder) Inject(f Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
	r.seen = append(r.seen, 0)
}

// Heal removes all faults and their effects.
func (r *Recorder) Heal() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults, r.seen = nil, nil
	r.pending, r.lost = 0, false
	clear(r.broken)
}

// enter counts a call and reports whether it goes on to the driver.
func (r *Recorder) enter(name string) bool {
	_, ok := r.fault(name)
	return ok
}

func (r *Recorder) fault(name string) (Fault, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls[name]++
	r.total++
	if r.keep {
		r.order = append(r.order, name)
	}
	for i, f := range r.faults {
		if f.Call != name {
			continue
		}
		r.seen[i]++
		if f.Nth != 0 && f.Nth != r.seen[i] {
			continue
		}
		if f.Panic != nil {
			panic(f.Panic)
		}
		if f.Error != 0 && r.pending == 0 {
			r.pending = f.Error
		}
		r.lost = r.lost || f.Lost
		return f, false
	}
	return Fault{}, !r.lost
}

// GetError returns an injected error before the driver's.
func (r *Recorder) GetError() uint32 {
	r.enter("GetError")
	r.mu.Lock()
	defer r.mu.Unlock()
	if e := r.pending; e != 0 {
		r.pending = 0
		return e
	}
	if r.lost {
		return gles.CONTEXT_LOST
	}
	return r.api.GetError()
}

// GetGraphicsResetStatus tells of an injected loss.
func (r *Recorder) GetGraphicsResetStatus() uint32 {
	if r.enter("GetGraphicsResetStatus") {
		return r.api.GetGraphicsResetStatus()
	}
	return gles.UNKNOWN_CONTEXT_RESET
}

// ClientWaitSync returns a fault's Result, or GL_WAIT_FAILED when it has none.
func (r *Recorder) ClientWaitSync(sync gles.Sync, flags uint32, nanoseconds uint64) uint32 {
	f, ok := r.fault("ClientWaitSync")
	if ok {
		return r.api.ClientWaitSync(sync, flags, nanoseconds)
	}
	if f.Result != 0 {
		return f.Result
	}
	return gles.WAIT_FAILED
}

// CompileShader fails with a fault's Log.
func (r *Recorder) CompileShader(shader uint32) {
	f, ok := r.fault("CompileShader")
	if ok {
		r.api.CompileShader(shader)
		return
	}
	r.breakObject(shader, f.Log)
}

// LinkProgram fails with a fault's Log.
func (r *Recorder) LinkProgram(program uint32) {
	f, ok := r.fault("LinkProgram")
	if ok {
		r.api.LinkProgram(program)
		return
	}
	r.breakObject(program, f.Log)
}

func (r *Recorder) breakObject(id uint32, log string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken[id] = log
}

func (r *Recorder) brokenLog(id uint32) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	log, ok := r.broken[id]
	return log, ok
}

// GetShaderiv reports the compile status of a shader that was made to fail.
func (r *Recorder) GetShaderiv(shader, name uint32) int32 {
	ok := r.enter("GetShaderiv")
	if _, broken := r.brokenLog(shader); broken || !ok {
		return 0
	}
	return r.api.GetShaderiv(shader, name)
}

// GetShaderInfoLog returns the log of a shader that was made to fail.
func (r *Recorder) GetShaderInfoLog(shader uint32) string {
	ok := r.enter("GetShaderInfoLog")
	if log, broken := r.brokenLog(shader); broken || !ok {
		return log
	}
	return r.api.GetShaderInfoLog(shader)
}

// GetProgramiv reports the link status of a program that was made to fail.
func (r *Recorder) GetProgramiv(program, name uint32, dst []int32) {
	ok := r.enter("GetProgramiv")
	if _, broken := r.brokenLog(program); broken || !ok {
		clear(dst)
		return
	}
	r.api.GetProgramiv(program, name, dst)
}

// GetProgramInfoLog returns the log of a program that was made to fail.
func (r *Recorder) GetProgramInfoLog(program uint32) string {
	ok := r.enter("GetProgramInfoLog")
	if log, broken := r.brokenLog(program); broken || !ok {
		return log
	}
	return r.api.GetProgramInfoLog(program)
}

// MapBufferRange returns nil when it fails.
func (r *Recorder) MapBufferRange(target uint32, offset, size int, access uint32) []byte {
	if r.enter("MapBufferRange") {
		return r.api.MapBufferRange(target, offset, size, access)
	}
	return nil
}

// GetProgramBinary returns no binary when it fails.
func (r *Recorder) GetProgramBinary(program uint32) (format uint32, binary []byte) {
	if r.enter("GetProgramBinary") {
		return r.api.GetProgramBinary(program)
	}
	return 0, nil
}
