package main

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/racing"
)

// resultFiles writes what bench and peak write, and files with something wrong.
func resultFiles(t *testing.T) {
	t.Helper()
	w := world{idle: true}
	if status, _, stderr := w.run("bench", "-model", tiny, "-size", "32", "-threads", "2", "-runs", "6", "-o", "new.jsonl"); status != success {
		t.Fatal(stderr)
	}
	peaks(t, "peak.jsonl")
	text, err := os.ReadFile("new.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for name, text := range map[string][]byte{
		"cut.jsonl":   append(bytes.Clone(lines[0]), lines[1][:len(lines[1])/2]...),
		"newer.jsonl": append(bytes.Clone(lines[0]), bytes.Replace(lines[1], []byte(`"schema_version":1`), []byte(`"schema_version":2`), 1)...),
		"table.csv":   []byte("model,backend\nshufflenet,gpu\n"),
		"none.json":   []byte("[]\n"),
		"old.html":    []byte("an older page"),
		"old.png":     []byte("an older picture"),
	} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What cannot be read or written is told in a line, with the file's name, and leaves
// what was there as it was.
func TestReportRefuses(t *testing.T) {
	enter(t)
	resultFiles(t)
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"", misuse, "a file of gpubench bench -o is wanted"},
		{"new.jsonl", misuse, "where to? as in: gpubench report new.jsonl -o report.html"},
		{"new.jsonl -o new.html -charts latency", misuse, "-charts latency: they are of -plot, which says where to"},
		{"new.jsonl -plot new.png -charts latency,pie", misuse, `unknown -charts "pie": latency, throughput`},
		{"new.jsonl -o old.png", misuse, "-o old.png: the name must end in .html"},
		{"new.jsonl -plot old.html", misuse, "-plot old.html: the name must end in .png"},
		{"old.html -o old.html", misuse, "-o old.html: that is what is to be read"},
		{"new.jsonl -o nosuch/old.html", failure, "saving nosuch/old.html: there is no folder nosuch"},
		{"nosuch.jsonl -o old.html", failure, "nosuch.jsonl: no such file"},
		{"cut.jsonl -o old.html", failure, "cut.jsonl:2: no results of gpubench: it is cut off"},
		{"new.jsonl cut.jsonl -o old.html", failure, "cut.jsonl:2: no results of gpubench: it is cut off"},
		{"newer.jsonl -o old.html", failure, "newer.jsonl:2: written by a newer gpubench"},
		{"table.csv -o old.html", failure, "table.csv:1: no results of gpubench"},
		{"photo.png -o old.html -plot old.png", failure, "photo.png:1: no results of gpubench"},
		{"empty.txt -o old.html", failure, "empty.txt:1: no results of gpubench: it is empty"},
		{"new.jsonl none.json -o old.html", failure, "none.json:1: no results of gpubench: it is empty"},
		{"- -o old.html", failure, "standard input:1: no results of gpubench: it is empty"},
		{"peak.jsonl -o old.html", failure, "peak.jsonl: nothing that bench measured"},
		{". -o old.html", failure, "is a directory"},
		{"new.jsonl -o /dev/full -plot old.png", failure, "saving /dev/full: no space left on device"},
	} {
		var w world
		status, stdout, stderr := w.run(append([]string{"report"}, strings.Fields(c.args)...)...)
		if status != c.status || !strings.Contains(stderr, c.says) || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit status %d\n%s%s", c.args, status, stdout, stderr)
		}
	}
	for name, want := range map[string]string{"old.html": "an older page", "old.png": "an older picture"} {
		if got, _ := os.ReadFile(name); string(got) != want {
			t.Errorf("%s is %.60q now", name, got)
		}
	}
	if left, _ := os.ReadDir("."); len(left) != len(mapOf(t)) {
		t.Errorf("files were left: %v", left)
	}
}

// mapOf are the names of files that tests made, without temporary ones.
func mapOf(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".tmp") {
			names = append(names, e.Name())
		}
	}
	return names
}

// A page and a picture from several files, from the standard input, over older ones.
func TestReport(t *testing.T) {
	racing.Skip(t)
	enter(t)
	resultFiles(t)
	text, _ := os.ReadFile("new.jsonl")
	for _, args := range []string{"new.jsonl peak.jsonl -o old.html -plot old.png", "- peak.jsonl -o old.html", "peak.jsonl -plot old.png new.jsonl"} {
		var w world
		w.stdin.Write(text)
		if status, stdout, stderr := w.run(append([]string{"report"}, strings.Fields(args)...)...); status != success || stdout != "" || stderr != "" {
			t.Errorf("%s: exit status %d\n%s%s", args, status, stdout, stderr)
		}
		if page, _ := os.ReadFile("old.html"); !bytes.Contains(page, []byte("The GPU is ")) || !bytes.Contains(page, []byte(" of the peak</title>")) {
			t.Errorf("%s: the page is\n%.2000s", args, page)
		}
		b, _ := os.ReadFile("old.png")
		if _, err := png.Decode(bytes.NewReader(b)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
}
