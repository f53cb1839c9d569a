package main

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// words splits a flag's list.
func words(flag, list string) ([]string, error) {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		if parts[i] = strings.TrimSpace(p); parts[i] == "" {
			return nil, usagef("%s %q: a word is missing", flag, list)
		}
	}
	return parts, nil
}

// counts reads a flag's list of positive numbers and ranges: 1,2,4 or 1-4 or
// 2-8+2 or 1-8*2.
func counts(flag, list string) ([]int, error) {
	parts, err := words(flag, list)
	if err != nil {
		return nil, err
	}
	var ns []int
	for _, p := range parts {
		some, ok := countRange(p)
		if !ok {
			return nil, usagef("%s %q: positive whole numbers are wanted, or ranges as in 1-8*2", flag, list)
		}
		ns = append(ns, some...)
	}
	return ns, nil
}

// threadCounts reads a list of numbers of threads.
func threadCounts(list string) ([]int, error) {
	ns, err := counts("-threads", list)
	if err != nil {
		return nil, err
	}
	return ns, checkThreads(slices.Max(ns))
}

// checkThreads checks a number of threads, of which 0 means all cores. The bound is more than anybody
// tries: a slip of the finger would start as many.
func checkThreads(n int) error {
	if n < 0 {
		return usagef("-threads %d: at least 1", n)
	}
	if most := max(1024, runtime.NumCPU()); n > most {
		return usagef("-threads %d: at most %d", n, most)
	}
	return nil
}

// mostCounts bounds a range: no sweep that ends is longer.
const mostCounts = 1000

// countRange reads N, A-B, A-B+STEP or A-B*FACTOR.
func countRange(word string) ([]int, bool) {
	first, rest, ok := strings.Cut(word, "-")
	from, err := strconv.Atoi(first)
	if err != nil || from < 1 {
		return nil, false
	}
	if !ok {
		return []int{from}, true
	}
	next, by := func(n, by int) int { return n + by }, 1
	if i := strings.IndexAny(rest, "+*"); i >= 0 {
		least := 1
		if rest[i] == '*' {
			next, least = func(n, by int) int { return n * by }, 2
		}
		if by, err = strconv.Atoi(rest[i+1:]); err != nil || by < least {
			return nil, false
		}
		rest = rest[:i]
	}
	to, err := strconv.Atoi(rest)
	if err != nil || to < from || to > 1<<20 || by > 1<<20 {
		return nil, false
	}
	var ns []int
	for n := from; n <= to; n = next(n, by) {
		if ns = append(ns, n); len(ns) > mostCounts {
			return nil, false
		}
	}
	return ns, true
}

// oneOf checks a flag that takes one of a few words.
func oneOf(flag, word string, allowed ...string) error {
	for _, a := range allowed {
		if word == a {
			return nil
		}
	}
	return usagef("unknown %s %q: %s", flag, word, strings.Join(allowed, ", "))
}
