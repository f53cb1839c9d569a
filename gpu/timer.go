package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// timer measures launches on the GPU's own clock, by queries that it keeps. It
// works in rounds: begin, then start and stop around each launch, then end;
// results gives the times once the GPU is done. Where the driver has no timer
// queries all of that does nothing and results is not available.
type timer struct {
	queries []uint32
	mode    timerMode
	used    int // launches of this round
	open    bool
	flag    [1]int32 // of GPU_DISJOINT
}

type timerMode int

const (
	timerNone    timerMode = iota
	timerElapsed           // one GL_TIME_ELAPSED query a launch
	timerStamps            // two GL_TIMESTAMP queries a launch
)

// newTimer makes a timer for at most n launches a round.
func (d *Device) newTimer(gl gles.API, n int) (*timer, error) {
	t := &timer{}
	if !d.info.TimerQuery || n <= 0 {
		return t, nil
	}
	// Drivers may offer the extension and count no bits for one of its clocks.
	// Time stamps first: Mesa's llvmpipe counts only drawing in GL_TIME_ELAPSED
	// and gives 1 ns for any launch.
	switch {
	case gl.GetQueryiv(gles.TIMESTAMP, gles.QUERY_COUNTER_BITS) > 0:
		t.mode = timerStamps
		n *= 2
	case gl.GetQueryiv(gles.TIME_ELAPSED, gles.QUERY_COUNTER_BITS) > 0:
		t.mode = timerElapsed
	default:
		return t, nil
	}
	t.queries = make([]uint32, n)
	gl.GenQueries(t.queries)
	if err := checkErrors(gl, "timer queries"); err != nil {
		return nil, err
	}
	return t, nil
}

// available reports whether the driver can time launches.
func (t *timer) available() bool { return t.mode != timerNone }

// capacity is the number of launches a round can time.
func (t *timer) capacity() int {
	if t.mode == timerStamps {
		return len(t.queries) / 2
	}
	return len(t.queries)
}

// begin starts a round.
func (t *timer) begin(gl gles.API) {
	t.used = 0
	if t.mode != timerNone {
		gl.GetIntegerv(gles.GPU_DISJOINT, t.flag[:]) // reading clears it
	}
}

// start goes before a launch. Launches beyond the capacity are not timed.
func (t *timer) start(gl gles.API) {
	if t.open = t.used < t.capacity(); !t.open {
		return
	}
	switch t.mode {
	case timerElapsed:
		gl.BeginQuery(gles.TIME_ELAPSED, t.queries[t.used])
	case timerStamps:
		gl.QueryCounter(t.queries[2*t.used], gles.TIMESTAMP)
	}
}

// stop goes behind the launch.
func (t *timer) stop(gl gles.API) {
	if !t.open {
		return
	}
	switch t.mode {
	case timerElapsed:
		gl.EndQuery(gles.TIME_ELAPSED)
	case timerStamps:
		gl.QueryCounter(t.queries[2*t.used+1], gles.TIMESTAMP)
	}
	t.open = false
	t.used++
}

// results fills dst with the times of the round's launches, in order, and
// returns how many there are. It waits for the GPU. It is not ok without timer
// queries, or when the clock jumped (GPU_DISJOINT: the GPU changed its speed or
// slept), so that the round has to be run again.
func (t *timer) results(gl gles.API, dst []time.Duration) (n int, ok bool) {
	if t.mode == timerNone {
		return 0, false
	}
	n = min(t.used, len(dst))
	for i := range n {
		if t.mode == timerElapsed {
			dst[i] = time.Duration(gl.GetQueryObjectui64v(t.queries[i], gles.QUERY_RESULT))
			continue
		}
		from := gl.GetQueryObjectui64v(t.queries[2*i], gles.QUERY_RESULT)
		to := gl.GetQueryObjectui64v(t.queries[2*i+1], gles.QUERY_RESULT)
		dst[i] = time.Duration(to - from)
	}
	// After the results: until then the round can still become disjoint.
	gl.GetIntegerv(gles.GPU_DISJOINT, t.flag[:])
	return n, t.flag[0] == 0
}

// delete frees the queries.
func (t *timer) delete(gl gles.API) {
	if t != nil && len(t.queries) > 0 {
		gl.DeleteQueries(t.queries)
		t.queries, t.mode = nil, timerNone
	}
}
