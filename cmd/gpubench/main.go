// Gpubench tells whether the GPU or the CPU of a machine runs a light network
// faster, and whether both give the right answer. See gpubench -h.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/internal/machine"
)

func main() {
	// A reader that goes away is then an error of Write, which run reports.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(os.Args[1:], &system{
		stdin:         os.Stdin,
		stdout:        os.Stdout,
		stderr:        os.Stderr,
		terminal:      term.IsTerminal(int(os.Stderr.Fd())),
		now:           time.Now,
		sleep:         time.Sleep,
		machine:       machine.Local(),
		pace:          machine.Pace,
		interruptible: interruptible,
		newCPU:        newCPU,
		newCPUHalf:    newCPUHalf,
		newReference:  newReference,
		cpuProbes:     cpu.Probes,
		openGPU:       openGPU,
		openCompiler:  openCompiler,
		contexts:      contexts(),
	}))
}

// interruptible takes the first Ctrl-C; the second ends the program.
func interruptible() (context.Context, func()) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
