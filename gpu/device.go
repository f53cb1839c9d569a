package gpu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// Options say how to open a device. The zero value is useful.
type Options struct {
	// Contexts are tried in order; nil is EGL alone.
	Contexts []ContextProvider
	// Debug asks for a debug context and logs the driver's messages.
	Debug bool
	// Logger takes the driver's messages; nil is slog.Default().
	Logger *slog.Logger
	// Limits, if not nil, clamps the device's: &SpecMinimum makes any device
	// behave as the least one.
	Limits *Limits

	// Precision is what feature maps and weights are kept in, and computed in, and Maps where maps are:
	// what a network computes is the same but for rounding.
	Precision Precision
	Maps      Maps

	// Fuse, if not 0, is which launches are fused: of these kinds those that pay by the
	// model of costs, or with network.FuseAlways all that can be.
	Fuse network.Fusion

	// Frames is how many runs of a session can be in flight (see
	// network.Session.Submit); 0 is 2. Each takes memory for a set of inputs and
	// outputs once it is used.
	Frames int

	// CacheDir is where linked programs and tuned variants are kept between starts; empty is the
	// user's cache folder. NoCache keeps nothing, and builds every program anew.
	CacheDir string
	NoCache  bool
	// NoSelfTest leaves out the check that the driver computes what it should.
	NoSelfTest bool

	// Tune has whatever is prepared tuned first, as by Device.Tune: launch shapes that
	// are not in the cache yet. That takes up to TuneBudget for each plan; 0 is
	// DefaultTuneBudget.
	Tune       bool
	TuneBudget time.Duration
	// NoTuning leaves aside the variants that earlier tuning has chosen, which are kept
	// beside the programs.
	NoTuning bool

	wrap func(gles.API) gles.API // for tests: counts and faults
	like string                  // for tests: another renderer, whose defaults are used
}

// Device is an open GPU. Its methods may be called from any goroutine.
//
// A GL context belongs to one OS thread, so a device has a goroutine locked to
// a thread, and everything that calls GL is sent to it.
type Device struct {
	info       Info
	auto       bool           // Options.Maps is MapsAuto
	truncates  bool           // stores cut off instead of rounding
	fuse       network.Fusion // Options.Fuse
	frames     int            // in flight, of each session
	noSelfTest bool
	logger     *slog.Logger // of the driver's messages; nil without Options.Debug
	log        *slog.Logger
	requests   chan *request
	free       chan *request // made before, so that do need not allocate
	quit       chan struct{} // closed by Close
	stopped    chan struct{} // closed when the thread is done
	closing    sync.Once
	cache      programCache
	programs   map[shaders.Program]*program // linked so far; of the GL thread
	bound      bound                        // by runs; of the GL thread
	visits     int                          // calls of Do; of the GL thread
	visiting   atomic.Int64                 // the thread, while a call of Do is under way
	textures   map[Texture]bool             // that are what they are said to be; of the GL thread
	nearest    uint32                       // a sampler for them
	trusted    [kernels.PictureKinds]bool   // whose launch computes what it should; of the GL thread
	choices    choices                      // of variants, by tuning
	store      tuningStore                  // of these
	tuneFirst  bool                         // before a plan is prepared
	tuneBudget time.Duration                // of that
	tuneTurn   sync.Mutex                   // one at a time
	closeErr   error                        // valid once stopped is closed
}

// request is a piece of work for the GL thread.
type request struct {
	work func(gles.API) error
	run  bool // it binds what d.bound says, and nothing else
	err  error
	done chan struct{}
}

// Open opens the first device that a provider gives. Its error wraps
// ErrUnavailable and the reasons of all providers.
func Open(o Options) (*Device, error) {
	if o.Frames < 0 || o.Frames > maxFrames {
		return nil, fmt.Errorf("gpu: %d frames in flight: at most %d", o.Frames, maxFrames)
	}
	if err := o.checkStorage(); err != nil {
		return nil, err
	}
	if err := gles.Available(); err != nil {
		return nil, unavailable{err}
	}
	providers := o.Contexts
	if providers == nil {
		providers = []ContextProvider{EGL()}
	}
	d := &Device{
		fuse:       o.Fuse,
		frames:     cmp.Or(o.Frames, defaultFrames),
		noSelfTest: o.NoSelfTest,
		requests:   make(chan *request),
		free:       make(chan *request, 16),
		quit:       make(chan struct{}),
		stopped:    make(chan struct{}),
	}
	if d.log = o.Logger; d.log == nil {
		d.log = slog.Default()
	}
	if o.Debug {
		d.logger = d.log
	}
	opened := make(chan error)
	go d.thread(providers, o, opened)
	if err := <-opened; err != nil {
		return nil, err
	}
	if err := d.checkMaps(); err != nil {
		d.Close()
		return nil, err
	}
	if err := d.checkArithmetic(o.NoSelfTest); err != nil {
		d.Close()
		return nil, err
	}
	if err := d.findRounding(); err != nil {
		d.Close()
		return nil, unavailable{err}
	}
	if !o.NoSelfTest {
		if err := d.selfTest(); err != nil {
			d.Close()
			return nil, unavailable{err}
		}
	}
	d.openTuning(o)
	return d, nil
}

// Info describes the device.
func (d *Device) Info() *Info { return &d.info }

// Close ends the device after the work in hand. Work that waits, or comes
// later, fails with ErrClosed. What the device made (buffers, programs) goes
// with its context.
func (d *Device) Close() error {
	if d.inside() {
		return ErrInsideDo
	}
	d.closing.Do(func() { close(d.quit) })
	<-d.stopped
	return d.closeErr
}

// inside reports whether the caller is what Do runs.
func (d *Device) inside() bool {
	id := d.visiting.Load()
	return id != 0 && id == thread()
}

// do runs work on the GL thread and returns its error. It does not allocate,
// so work that is made once and kept costs nothing to run again. A panic in
// work comes back as a *PanicError. Work must not call do itself: that would
// wait for ever.
func (d *Device) do(work func(gl gles.API) error) error { return d.send(work, false) }

// doRun is do for runs: what they bind stays bound for the next.
func (d *Device) doRun(work func(gl gles.API) error) error { return d.send(work, true) }

func (d *Device) send(work func(gl gles.API) error, run bool) error {
	if d.inside() {
		return ErrInsideDo
	}
	select {
	case <-d.quit: // select below might still pick requests
		return ErrClosed
	default:
	}
	var r *request
	select {
	case r = <-d.free:
	default:
		r = &request{done: make(chan struct{}, 1)}
	}
	r.work, r.run, r.err = work, run, nil
	var err error
	select {
	case d.requests <- r:
		<-r.done
		err = r.err
	case <-d.stopped:
		err = ErrClosed
	case <-d.quit:
		err = ErrClosed
	}
	r.work, r.err = nil, nil
	select {
	case d.free <- r:
	default:
	}
	return err
}

// thread is the goroutine that owns the context. It ends with its thread
// locked, so that the runtime ends the thread too: no other goroutine must run
// on one that a driver has left its marks on.
func (d *Device) thread(providers []ContextProvider, o Options, opened chan<- error) {
	defer close(d.stopped)
	runtime.LockOSThread()
	ctx, gl, err := d.open(providers, o)
	opened <- err
	if err != nil {
		return
	}
	defer func() {
		d.closing.Do(func() { close(d.quit) }) // after runtime.Goexit in work
		d.closeErr = ctx.Close()
		if d.closeErr != nil {
			d.closeErr = fmt.Errorf("gpu: %w", d.closeErr)
		}
	}()
	for {
		select {
		case r := <-d.requests:
			r.serve(gl)
			if !r.run || r.err != nil {
				d.bound = bound{}
			}
			if d.logger != nil {
				d.logMessages(gl)
			}
			r.done <- struct{}{}
		case <-d.quit:
			return
		}
	}
}

// open tries the providers in turn.
func (d *Device) open(providers []ContextProvider, o Options) (Context, gles.API, error) {
	var reasons unavailable
	for _, p := range providers {
		ctx, gl, err := d.openOne(p, o)
		if err == nil {
			return ctx, gl, nil
		}
		reasons = append(reasons, err)
	}
	if len(reasons) == 0 {
		reasons = append(reasons, errors.New("no context provider given"))
	}
	return nil, nil, reasons
}

func (d *Device) openOne(p ContextProvider, o Options) (_ Context, _ gles.API, err error) {
	ctx, err := p.Open(o.Debug)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			ctx.Close()
		}
	}()
	gl, err := gles.Load(ctx.ProcAddress)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w: %w", ctx.Kind(), ErrDriver, err)
	}
	if o.wrap != nil {
		gl = o.wrap(gl)
	}
	gl = &remembering{API: gl}
	info := queryInfo(gl, ctx.Kind())
	info.like = o.like
	if err := checkErrors(gl, "query limits"); err != nil {
		return nil, nil, fmt.Errorf("%s: %w: %w", ctx.Kind(), ErrDriver, err)
	}
	if err := info.DriverLimits.check(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", ctx.Kind(), err)
	}
	if o.Limits != nil {
		info.Limits = info.Limits.Clamp(*o.Limits)
	}
	if o.Debug && info.HasExtension("GL_KHR_debug") {
		gl.Enable(gles.DEBUG_OUTPUT)
	}
	if info.HasExtension("GL_KHR_parallel_shader_compile") {
		gl.MaxShaderCompilerThreads(0xFFFFFFFF) // as many as the driver likes
	}
	info.Precision, info.Maps = o.Precision, o.Maps
	if d.auto = o.Maps == MapsAuto; d.auto {
		info.Maps = mapsFor(&info)
	}
	d.info = info
	if !o.NoCache {
		d.cache = newProgramCache(o.CacheDir, &info)
	}
	return ctx, gl, nil
}

// PanicError is a panic on the GL thread.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("gpu: panic on the GL thread: %v", e.Value) }

func (r *request) serve(gl gles.API) {
	finished := false
	defer func() {
		if finished {
			return
		}
		v := recover()
		if v == nil { // runtime.Goexit: the thread ends, its caller must not hang
			v = "runtime.Goexit"
			defer func() { r.done <- struct{}{} }()
		}
		r.err = &PanicError{Value: v, Stack: debug.Stack()}
	}()
	r.err = r.work(gl)
	finished = true
}

// logMessages empties the driver's message log.
func (d *Device) logMessages(gl gles.API) {
	for {
		msgs := gl.GetDebugMessageLog(16)
		for _, m := range msgs {
			level := slog.LevelDebug
			switch m.Severity {
			case gles.DEBUG_SEVERITY_HIGH:
				level = slog.LevelError
			case gles.DEBUG_SEVERITY_MEDIUM:
				level = slog.LevelWarn
			case gles.DEBUG_SEVERITY_LOW:
				level = slog.LevelInfo
			}
			d.logger.Log(context.Background(), level, "gpu: driver: "+m.Text, "id", m.ID)
		}
		if len(msgs) < 16 {
			return
		}
	}
}
