//go:build !noasm

package park

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// givesUpPlace says whether a sleeper leaves its place among the goroutines that run to another at once.
const givesUpPlace = true

// wait sleeps until the futex is woken, if it still has the value.
//
// A goroutine in a system call keeps its place among those that run until the runtime's monitor takes that
// away. The monitor has then found something to do, so when there is work again it looks around fifty times,
// every 20 µs or so, each time on a core that computes. So the place is given up before, as gVisor does it.
//
//go:nosplit
//go:norace
func wait(futex *uint32, value uint32) {
	entersyscallblock()
	unix.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(futex)), futexWait, uintptr(value), 0, 0, 0)
	exitsyscall()
}

// The runtime keeps these two for packages that link to them: go.dev/issue/67401.
//
//go:linkname entersyscallblock runtime.entersyscallblock
func entersyscallblock()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()
