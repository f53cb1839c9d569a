//go:build !unix

package machine

import "time"

// CPUTime is not told here.
func CPUTime() (time.Duration, bool) { return 0, false }

func peakRSS() int64 { return 0 }
