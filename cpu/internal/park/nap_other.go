//go:build !linux

package park

import "time"

// Nap sleeps for a moment.
func Nap() { time.Sleep(10 * time.Microsecond) }
