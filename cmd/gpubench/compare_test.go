package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
)

// slowed writes a file of records whose GPU takes so much longer.
func slowed(t *testing.T, from, to string, by float64) {
	t.Helper()
	rs := load(t, from)
	for i := range rs {
		if rs[i].Test.Backend == "gpu" {
			for j := range rs[i].Latency.WallMS {
				rs[i].Latency.WallMS[j] *= by
			}
			rs[i].Latency.Series = record.NewSeries(rs[i].Latency.WallMS, nil)
		}
	}
	b, err := json.Marshal(rs)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
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
