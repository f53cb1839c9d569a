package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
)

// Two calls of the same command differ by less than the intervals that they state,
// in nine of ten tries, on a quiet machine. It is quiet in a try if both calls say
// so themselves: without warnings, and at the same pace. Others are tried again:
//
//	SHUFFLEGL_REPEATABILITY=10 go test -run Repeatability -v ./cmd/gpubench
//
// SHUFFLEGL_REPEATABILITY_ARGS has bench's arguments, if not the default ones.
func TestRepeatability(t *testing.T) {
	tries, err := strconv.Atoi(os.Getenv("SHUFFLEGL_REPEATABILITY"))
	if err != nil || tries < 1 {
		t.Skip("takes minutes and a quiet machine: SHUFFLEGL_REPEATABILITY=10 runs it")
	}
	// Programs of their own, as memory lies elsewhere in each.
	tool := filepath.Join(t.TempDir(), "gpubench")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	once := func() []record.Record {
		file := filepath.Join(t.TempDir(), "out.json")
		args := append([]string{"bench", "-o", file}, strings.Fields(os.Getenv("SHUFFLEGL_REPEATABILITY_ARGS"))...)
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return load(t, file)
	}
	type figure struct {
		name string
		of   func(*record.Record) *record.Summary
	}
	figures := []figure{
		{"latency", func(r *record.Record) *record.Summary { return &r.Latency.Wall }},
		{"throughput", func(r *record.Record) *record.Summary {
			if r.Throughput == nil {
				return nil
			}
			return &r.Throughput.Wall
		}},
	}
	apart, order := map[string]int{}, []string(nil)
	for try, all := 0, 0; try < tries; all++ {
		if all == 5*tries {
			t.Fatalf("only %d of %d tries were on a quiet machine", try, all)
		}
		first, second := once(), once()
		if why := restless(first[0].Context, second[0].Context); len(why) > 0 {
			t.Logf("tried again: %s: %s", strings.Join(why, "; "), medians(first, second))
			continue
		}
		try++
		if len(first) != len(second) {
			t.Fatalf("%d records, then %d", len(first), len(second))
		}
		for i := range first {
			for _, f := range figures {
				a, b := f.of(&first[i]), f.of(&second[i])
				if a == nil {
					continue
				}
				name := fmt.Sprintf("%s %s x%d %s", first[i].Model.Name, first[i].Test.Backend, first[i].Test.Threads, f.name)
				if _, known := apart[name]; !known {
					order, apart[name] = append(order, name), 0
				}
				word := ""
				if float64(a.LowMS) > float64(b.HighMS) || float64(b.LowMS) > float64(a.HighMS) {
					apart[name]++
					word = "  apart"
				}
				t.Logf("try %d, %s: %.3f (%.3f - %.3f) and %.3f (%.3f - %.3f), %+.1f %%%s", try, name,
					a.MedianMS, float64(a.LowMS), float64(a.HighMS), b.MedianMS, float64(b.LowMS), float64(b.HighMS), 100*(b.MedianMS/a.MedianMS-1), word)
			}
		}
	}
	for _, name := range order {
		t.Logf("%s: within the intervals in %d of %d tries", name, tries-apart[name], tries)
		if 10*apart[name] > tries {
			t.Errorf("%s: apart in %d of %d tries", name, apart[name], tries)
		}
	}
}

// restless says why the machine was not quiet in two calls.
func restless(first, second record.Context) []string {
	why := slices.Concat(first.Warnings, second.Warnings, second.Pace.Since(first.Pace))
	if first.Pace == nil || second.Pace == nil {
		why = append(why, "the pace is not known")
	}
	return why
}

func medians(calls ...[]record.Record) string {
	var words []string
	for _, rs := range calls {
		for i := range rs {
			words = append(words, fmt.Sprintf("%s %.2f ms", rs[i].Test.Backend, rs[i].Latency.Wall.MedianMS))
		}
	}
	return strings.Join(words, ", ")
}
