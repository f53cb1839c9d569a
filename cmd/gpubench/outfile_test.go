package main

import (
	"os"
	"strings"
	"testing"
)

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
