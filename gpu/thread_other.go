//go:build !linux

package gpu

// thread is 0: the number of the calling thread is not known here.
func thread() int64 { return 0 }
