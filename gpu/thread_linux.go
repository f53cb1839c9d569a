package gpu

import "syscall"

// thread is the number of the calling thread. A goroutine that is locked to a thread
// has it alone.
func thread() int64 { return int64(syscall.Gettid()) }
