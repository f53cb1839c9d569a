package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
)

// slowed writes a file of records whose GPU takes so much longer.
func slowed(t *testing.T, from, to string, by float64) {
	t.Helper()
	change(t, from, to, func(r *record.Record) bool {
		if r.Test.Backend == "gpu" {
			for j := range r.Latency.WallMS {
				r.Latency.WallMS[j] *= by
			}
			r.Latency.Series = record.NewSeries(r.Latency.WallMS, nil)
		}
		return true
	})
}

// change writes a file of records with something changed; those for which that returns
// false are left out.
func change(t *testing.T, from, to string, how func(*record.Record) bool) {
	t.Helper()
	rs := load(t, from)
	kept := []record.Record{}
	for _, r := range rs {
		if how(&r) {
			kept = append(kept, r)
		}
	}
	b, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// runs keeps so many of a record's runs.
func runs(r *record.Record, n int) bool {
	r.Latency.Series = record.NewSeries(r.Latency.WallMS[:n], nil)
	r.Throughput.Series = record.NewSeries(r.Throughput.WallMS[:n], nil)
	return true
}

// With -fail-above what cannot be told is a failure, each thing on a line of its own.
func TestCompareCannotTell(t *testing.T) {
	enter(t)
	w := world{idle: true}
	if status, _, stderr := w.run("bench", "-model", tiny, "-size", "32", "-threads", "2", "-o", "old.json"); status != success {
		t.Fatal(stderr)
	}
	change(t, "old.json", "gone.json", func(r *record.Record) bool { return r.Test.Backend != "gpu" })
	change(t, "old.json", "flight.json", func(r *record.Record) bool { r.Throughput.InFlight = 3; return true })
	change(t, "old.json", "latency.json", func(r *record.Record) bool { r.Throughput = nil; return true })
	for n := 3; n <= 5; n++ {
		change(t, "old.json", fmt.Sprintf("runs%d.json", n), func(r *record.Record) bool { return runs(r, n) })
	}
	change(t, "old.json", "wrong.json", func(r *record.Record) bool {
		r.Accuracy = &record.Accuracy{MaxRelErr: 0.5, Tolerance: 1e-4}
		return true
	})
	gpu, cpu := tiny+" 1x3x32x32 on gpu fp32", tiny+" 1x3x32x32 on cpu fp32 x2"
	few := func(n, m int, tests ...string) (lines []string) {
		for _, test := range tests {
			for _, figure := range []string{"latency", "throughput, 2 in flight"} {
				lines = append(lines, fmt.Sprintf("%s, %s: %d and %d runs are too few to tell; measure more, as with -runs 4 for both files", test, figure, n, m))
			}
		}
		return lines
	}
	off := func(backend string) string {
		return "wrong.json: the " + backend + "'s results for " + tiny + " are off by 5.0e-01 of the largest magnitude (at most 1e-04 is right); gpubench verify tells where"
	}
	for _, c := range []struct {
		files string
		says  []string
	}{
		{"old.json old.json", nil},
		{"runs4.json runs4.json", nil},
		{"runs3.json runs5.json", nil}, // p is 2/56 at least
		{"runs3.json runs3.json", few(3, 3, gpu, cpu)},
		{"runs3.json runs4.json", few(3, 4, gpu, cpu)}, // and here 2/35
		{"old.json gone.json", []string{"only in old.json: " + gpu}},
		{"gone.json old.json", nil},
		{"old.json flight.json", []string{"only in old.json: " + gpu + ", throughput, 2 in flight", "only in old.json: " + cpu + ", throughput, 2 in flight"}},
		{"latency.json old.json", nil},
		{"old.json wrong.json", []string{off("gpu"), off("cpu")}},
		{"wrong.json old.json", nil},
	} {
		status, stdout, stderr := w.run(append([]string{"compare", "-fail-above", "5%"}, strings.Fields(c.files)...)...)
		want, exit := "", success
		for _, line := range c.says {
			want, exit = want+"gpubench: compare: "+line+"\n", failure
		}
		if status != exit || stderr != want || !strings.Contains(stdout, tiny) {
			t.Errorf("%s: exit status %d\n%swant\n%s", c.files, status, stderr, want)
		}
		if status, _, stderr := w.run(append([]string{"compare"}, strings.Fields(c.files)...)...); status != success || stderr != "" {
			t.Errorf("%s, without -fail-above: exit status %d, %s", c.files, status, stderr)
		}
	}
}

// peaks writes a file of what peak measures.
func peaks(t *testing.T, path string) {
	t.Helper()
	var w world
	if status, _, stderr := w.run("peak", "-threads", "2", "-o", path); status != success {
		t.Fatal(stderr)
	}
}

func TestCompareFiles(t *testing.T) {
	enter(t)
	w := world{idle: true}
	if status, _, stderr := w.run("bench", "-model", tiny, "-size", "32", "-threads", "2", "-o", "old.json"); status != success {
		t.Fatal(stderr)
	}
	slowed(t, "old.json", "new.json", 1.2)
	slowed(t, "old.json", "near.json", 1.01)
	peaks(t, "peak.jsonl")
	both, _ := os.ReadFile("peak.jsonl")
	old, _ := os.ReadFile("old.json")
	os.WriteFile("both.json", append(both, old...), 0o644)
	os.WriteFile("none.json", []byte("[]\n"), 0o644)
	for _, c := range []struct {
		args   string
		status int
		prints string // in standard output
		says   string // in standard error
	}{
		{"old.json new.json", success, "+20.0 %", ""},
		{"new.json old.json", success, "-16.7 %", ""},
		{"old.json old.json", success, "~", ""},
		{"-fail-above 5% old.json new.json", failure, "+20.0 %", "slower by more than 5%: " + tiny + " on gpu, latency: 20.0 %"},
		{"-fail-above 25 old.json new.json", success, "+20.0 %", ""},
		{"both.json new.json", success, "+20.0 %", ""}, // peak's lines are no tests
		{"-fail-above 5% new.json old.json", success, "-16.7 %", ""},
		{"-fail-above 5% old.json near.json", success, "", ""},
		{"-fail-above 0 old.json old.json", success, "~", ""},
		{"-fail-above 5% old.json none.json", failure, "no test in common", "nothing can be said"},
		{"old.json new.json -format json", success, `"significant": true`, ""},
		{"old.json new.json -format md", success, "| +20.0 % |", ""},
		{"old.json", misuse, "", "two files are wanted"},
		{"old.json new.json -fail-above x", misuse, "", "as in 5%"},
		{"old.json new.json -fail-above NaN", misuse, "", "as in 5%"},
		{"old.json new.json -format csv", misuse, "", "table, md, json"},
		{"old.json nosuch.json", failure, "", "nosuch.json: no such file"},
		{"old.json labels.txt", failure, "", "labels.txt:1: no results of gpubench"},
	} {
		status, stdout, stderr := w.run(append([]string{"compare"}, strings.Fields(c.args)...)...)
		if status != c.status || !strings.Contains(stdout, c.prints) || !strings.Contains(stderr, c.says) || (stderr == "") != (c.says == "") {
			t.Errorf("%s: exit status %d\n%s%s", c.args, status, stdout, stderr)
		}
	}
}
