package main

import (
	"flag"
	"strings"
	"testing"
	"unicode/utf8"
)

// The help of every command fits a screen, tells every flag and shows two examples,
// which TestExamples runs.
func TestHelpFits(t *testing.T) {
	pages := map[string][]string{"": {"-h"}}
	for _, c := range commands() {
		pages[c.name] = []string{c.name, "-h"}
		if len(c.examples) != 2 {
			t.Errorf("%s has %d examples", c.name, len(c.examples))
		}
	}
	for name, args := range pages {
		var w world
		status, text, stderr := w.run(args...)
		if status != success || stderr != "" {
			t.Errorf("%s: exit status %d, %s", name, status, stderr)
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) > helpHeight {
			t.Errorf("%s: %d lines", name, len(lines))
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > helpWidth {
				t.Errorf("%s: %d letters in %q", name, n, l)
			}
		}
		for _, c := range commands() {
			if c.name != name {
				continue
			}
			flags := flag.NewFlagSet(name, flag.ContinueOnError)
			c.define(flags)
			flags.VisitAll(func(f *flag.Flag) {
				what, _ := flag.UnquoteUsage(f)
				if told := strings.TrimSpace(" -" + f.Name + " " + what); !strings.Contains(text, " "+told+" ") && !strings.Contains(text, " "+told+":") {
					t.Errorf("%s: nothing about -%s %s in\n%s", name, f.Name, what, text)
				}
			})
			for _, e := range c.examples {
				if !strings.Contains(text, "\n  gpubench "+e+"\n") {
					t.Errorf("%s: no example %q", name, e)
				}
			}
		}
	}
}
