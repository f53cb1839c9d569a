package main

import . "github.com/mmcloughlin/avo/build"

// pause tells the core that this is a loop that waits.
func pause() {
	TEXT("Pause", NOSPLIT, "func()")
	declarations = append(declarations, "// Pause is what to do in a loop that waits: some tens of nanoseconds of nothing.\nfunc Pause()\n")
	for range 2 {
		PAUSE()
	}
	RET()
}
