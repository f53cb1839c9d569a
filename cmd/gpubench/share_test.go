package main

import (
	"os"
	"strings"
	"testing"
)

// With a file of peak, bench says how much of what is possible was reached, and keeps
// that in the records; a file that tells nothing of it is refused before it measures.
func TestShareOfPeak(t *testing.T) {
	enter(t)
	peaks(t, "peak.jsonl")
	bench := "bench -model " + tiny + " -size 32 -threads 2 -runs 6 -inflight 0 -o out.jsonl "
	for _, c := range []struct {
		args         string
		status       int
		prints, says string
	}{
		{"-peak peak.jsonl", success, "of peak", ""},
		{"-threads 3 -backend cpu -peak peak.jsonl", success, "", "peak.jsonl tells nothing of the devices of 1 of 1 records"},
		{"", success, "GMAC/s  max error", ""},
		{"-peak out.jsonl", failure, "", "-peak out.jsonl: it holds no figure of peak; gpubench peak -o out.jsonl makes some"},
		{"-peak labels.txt", failure, "", "labels.txt:1: no results of gpubench"},
		{"-peak nosuch", failure, "", "nosuch: no such file"},
	} {
		w := world{idle: true}
		status, stdout, stderr := w.run(strings.Fields(bench + c.args)...)
		if status != c.status || !strings.Contains(stdout, strings.TrimSuffix(c.prints, "")) || !strings.Contains(stderr, c.says) || (stderr == "") != (c.says == "") {
			t.Errorf("%s: exit status %d\n%s%s", c.args, status, stdout, stderr)
		}
		if c.status == failure && w.runs > 0 {
			t.Errorf("%s: it measured first", c.args)
		}
		if c.args == "-peak peak.jsonl" {
			for _, r := range load(t, "out.jsonl") {
				if r.Peak == nil || r.Peak.GMACs == 0 {
					t.Errorf("%s: no peak is kept: %+v", r.Test.Backend, r.Peak)
				}
			}
		}
	}
	if _, err := os.Stat("nosuch"); err == nil {
		t.Error("it made a file")
	}
}
