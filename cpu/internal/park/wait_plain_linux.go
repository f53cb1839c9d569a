//go:build noasm

package park

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// givesUpPlace says whether a sleeper leaves its place among the goroutines that run to another at once.
const givesUpPlace = false

// wait sleeps until the futex is woken, if it still has the value.
func wait(futex *uint32, value uint32) {
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(futex)), futexWait, uintptr(value), 0, 0, 0)
}
