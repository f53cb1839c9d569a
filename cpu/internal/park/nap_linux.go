package park

import "golang.org/x/sys/unix"

// Nap sleeps for a moment, by the system's clock: time.Sleep is waited for in epoll, which
// counts in milliseconds, where no goroutine is left to run.
func Nap() {
	moment := unix.NsecToTimespec(10_000)
	unix.Nanosleep(&moment, nil)
}
