package main

import (
	"flag"
	"strings"

	"github.com/shufflegl/shufflegl/internal/bench"
)

// deviceFlags choose the one backend that a command runs on.
type deviceFlags struct {
	backend string
	threads int
	gpu     gpuFlags
}

func (d *deviceFlags) define(f *flag.FlagSet) {
	f.StringVar(&d.backend, "backend", "", "`"+strings.Join(backendNames(), "|")+"`: (default gpu; cpu if there is no GPU)")
	d.defineRest(f)
}

// defineRest is define without -backend, for commands that say more of it.
func (d *deviceFlags) defineRest(f *flag.FlagSet) {
	f.IntVar(&d.threads, "threads", 0, "`N`: of the CPU (default all cores)")
	d.gpu.define(f)
	d.gpu.defineStorage(f)
}

// check finds mistakes before anything costs time.
func (d *deviceFlags) check() error {
	if err := checkThreads(d.threads); err != nil {
		return err
	}
	if d.backend != "" {
		if err := checkBackend(d.backend); err != nil {
			return err
		}
	}
	return d.gpu.check()
}

// open opens the backend; with none named it is the GPU, or where there is none
// the CPU, which it says. The caller closes it.
func (d *deviceFlags) open(sys *system) (e bench.Entry, close func(), err error) {
	if d.backend != "" {
		e, close, err = sys.open(d.backend, d.threads, d.gpu)
		return e, close, explain(err)
	}
	e, close, err = sys.open("gpu", d.threads, d.gpu)
	if othersWanted(err) {
		return e, close, explain(err)
	}
	if err != nil {
		sys.say("running on the CPU, for there is no usable GPU: %v", err)
		return sys.open("cpu", d.threads, d.gpu)
	}
	return e, close, nil
}
