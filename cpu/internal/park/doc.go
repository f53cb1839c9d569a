// Package park puts a goroutine to sleep so that it is back fast when somebody wakes it.
//
// A goroutine that waits for a channel is woken in two steps: it becomes runnable, and
// a thread that has nothing to do is woken to run it. That thread often begins on the core
// of whoever woke it, where it waits for a time slice. On Linux a Sleeper is one step, and
// begins on another core.
package park
