package main

import (
	"os"
	"strings"
	"testing"
)

// The figures of peak are not written over by the records that are held against them.
func TestPeakFileStays(t *testing.T) {
	enter(t)
	peaks(t, "peak.jsonl")
	before := string(readFile(t, "peak.jsonl"))
	if err := os.Symlink("peak.jsonl", "link.jsonl"); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{"peak.jsonl", "./peak.jsonl", "link.jsonl"} {
		w := world{idle: true}
		status, stdout, stderr := w.run("bench", "-model", tiny, "-size", "32", "-runs", "2", "-peak", "peak.jsonl", "-o", out)
		if want := "gpubench: bench: -o " + out + ": that is what is to be read\n"; status != misuse || stderr != want || stdout != "" {
			t.Errorf("%s: exit status %d, %q\n%s", out, status, stderr, stdout)
		}
		if string(readFile(t, "peak.jsonl")) != before {
			t.Fatal("the figures are gone")
		}
	}
}

// What -o saves as a table is what is printed, layers included.
func TestSavedTables(t *testing.T) {
	enter(t)
	for _, args := range []string{"", "-group stage", "-group none", "-batch 1,2", "-batch 1,2 -group op"} {
		for ending, format := range map[string]string{"txt": "table", "md": "md"} {
			w := world{idle: true}
			all := append(strings.Fields("bench -size 32 -threads 2 -runs 6 -inflight 0 -model "+tiny+" -format "+format+" -o out."+ending), strings.Fields(args)...)
			status, stdout, stderr := w.run(all...)
			if saved, err := os.ReadFile("out." + ending); status != success || err != nil || string(saved) != stdout {
				t.Errorf("%s: exit status %d, %s; saved\n%s\nprinted\n%s", args, status, stderr, saved, stdout)
			}
		}
	}
}
