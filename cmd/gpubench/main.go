// Gpubench tells whether the GPU or the CPU of a machine runs a light network
// faster, and whether both give the right answer. See gpubench -h.
package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	// A reader that goes away is then an error of Write, which run reports.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(run(os.Args[1:], &system{
		stdin:        os.Stdin,
		stdout:       os.Stdout,
		stderr:       os.Stderr,
		terminal:     term.IsTerminal(int(os.Stderr.Fd())),
		now:          time.Now,
		newCPU:       newCPU,
		newReference: newReference,
		openGPU:      openGPU,
		openCompiler: openCompiler,
		contexts:     contexts(),
	}))
}
