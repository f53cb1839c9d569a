package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shufflegl/shufflegl/internal/record"
)

// headline says in one sentence what the records mean.
func headline(rs []record.Record) string {
	if wrong := Wrong(rs); len(wrong) > 0 {
		return "No verdict, for a wrong result has no speed: " + wrong[0] + "."
	}
	gs := groups(rs)
	if len(gs) == 1 {
		if gpu, cpu := fastest(rs, "gpu"), fastest(rs, "cpu"); gpu != nil && cpu != nil {
			if _, _, _, _, ok := outcome(gpu, cpu); !ok {
				return "No verdict: the runs are too short to time."
			}
			return sentence(faster(gpu, cpu) + frees(gpu, cpu))
		}
	}
	if text := tally(gs); text != "" {
		return text
	}
	return alone(rs)
}

// sentence begins words with a capital and ends them.
func sentence(words string) string {
	first, n := utf8.DecodeRuneInString(words)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + words[n:] + "."
}

// tally counts how often which was faster, and by how much.
func tally(gs [][]record.Record) string {
	type side struct {
		wins      int
		low, high float64
	}
	var gpus, cpus side
	even, tests := 0, 0
	for _, g := range gs {
		gpu, cpu := fastest(g, "gpu"), fastest(g, "cpu")
		if gpu == nil || cpu == nil {
			continue
		}
		first, _, ratio, same, ok := outcome(gpu, cpu)
		if !ok {
			continue
		}
		tests++
		s := &gpus
		if first == "CPU" {
			s = &cpus
		}
		switch {
		case same:
			even++
		case s.wins == 0:
			*s = side{1, ratio, ratio}
		default:
			*s = side{s.wins + 1, min(s.low, ratio), max(s.high, ratio)}
		}
	}
	if tests == 0 {
		return ""
	}
	first, second := gpus, cpus
	names := [2]string{"GPU", "CPU"}
	if cpus.wins > gpus.wins {
		first, second, names = cpus, gpus, [2]string{"CPU", "GPU"}
	}
	by := func(s side) string {
		if text := fmt.Sprintf("%.2f to %.2f times", s.low, s.high); s.wins > 1 && fmt.Sprintf("%.2f", s.low) != fmt.Sprintf("%.2f", s.high) {
			return text
		}
		return fmt.Sprintf("%.2f times", s.high)
	}
	rest := ""
	if even > 0 {
		rest = fmt.Sprintf("; in %d they are equally fast", even)
	}
	switch {
	case first.wins == 0:
		return fmt.Sprintf("The GPU and the CPU are equally fast in %s.", every(tests))
	case second.wins == 0 && even == 0:
		return fmt.Sprintf("The %s is the faster one in %s, %s as fast as the %s.", names[0], every(tests), by(first), names[1])
	case second.wins == 0:
		return fmt.Sprintf("The %s is the faster one in %d of %d tests, %s as fast as the %s%s.", names[0], first.wins, tests, by(first), names[1], rest)
	}
	return fmt.Sprintf("The %s is the faster one in %d of %d tests, %s as fast, the %s in %d, %s%s.",
		names[0], first.wins, tests, by(first), names[1], second.wins, by(second), rest)
}

func every(tests int) string {
	switch tests {
	case 1:
		return "the one test"
	case 2:
		return "both tests"
	}
	return fmt.Sprintf("all %d tests", tests)
}

// alone is of records of one kind of backend.
func alone(rs []record.Record) string {
	best, worst := &rs[0], &rs[0]
	for i := range rs {
		if r := &rs[i]; r.Latency.Wall.MedianMS < best.Latency.Wall.MedianMS {
			best = r
		} else if r.Latency.Wall.MedianMS > worst.Latency.Wall.MedianMS {
			worst = r
		}
	}
	what := "Only the " + strings.ToUpper(best.Test.Backend) + " was measured"
	if b := best.Test.Backend; b != "gpu" && b != "cpu" {
		what = "Only the " + b + " was measured"
	}
	for i := range rs {
		if rs[i].Test.Backend != best.Test.Backend {
			what = "The GPU and the CPU were not measured beside each other"
		}
	}
	if len(rs) == 1 {
		return fmt.Sprintf("%s: %s takes %s ms (median).", what, best.Model.Name, figure(best.Latency.Wall.MedianMS))
	}
	return fmt.Sprintf("%s: medians from %s to %s ms.", what, figure(best.Latency.Wall.MedianMS), figure(worst.Latency.Wall.MedianMS))
}
