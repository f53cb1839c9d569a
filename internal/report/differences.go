package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// differences says what else changed between two files.
func differences(old, new []record.Record) []string {
	var notes []string
	say := func(what, a, b string) {
		if a != b && a != "" && b != "" {
			notes = append(notes, fmt.Sprintf("note: other %s: %s; and now %s", what, a, b))
		}
	}
	for _, d := range []struct {
		what string
		of   func(*record.Record) string
	}{
		{"CPUs", func(r *record.Record) string { return r.Context.Machine.CPU }},
		{"devices", func(r *record.Record) string { return r.Test.Backend + ": " + r.Device.Name }},
		{"drivers", func(r *record.Record) string { return r.Test.Backend + ": " + r.Device.Driver }},
		{"versions", func(r *record.Record) string { return version(r.Context.Library) }},
	} {
		say(d.what, texts(old, d.of), texts(new, d.of))
	}
	// What a test is of is told for the tests of both files alone: one that is in one file
	// only is no change.
	a, b := alike(old, new), alike(new, old)
	say("input pictures", texts(a, func(r *record.Record) string { return r.Test.Input }), texts(b, func(r *record.Record) string { return r.Test.Input }))
	say("seeds of the weights", texts(a, seed), texts(b, seed))
	for _, m := range models(a) {
		of := func(r *record.Record) string {
			if r.Model.Name != m {
				return ""
			}
			return r.Model.SHA256
		}
		say("contents of "+m+" (SHA-256)", texts(a, of), texts(b, of))
	}
	if how := pace(new).Since(pace(old)); len(how) > 0 {
		notes = append(notes, "note: the machine itself had another pace: "+strings.Join(how, ", ")+": measure again before you believe a difference")
	}
	return notes
}

// alike are the records of tests that others are of, too.
func alike(rs, others []record.Record) []record.Record {
	_, tests := collect(others)
	return slices.DeleteFunc(slices.Clone(rs), func(r record.Record) bool { return tests[keyOf(&r)] == nil })
}

// seed is that of a built-in network's weights: a file brings its own.
func seed(r *record.Record) string {
	if r.Model.Source != "zoo" {
		return ""
	}
	return fmt.Sprint(r.Test.Seed)
}

func models(rs []record.Record) (names []string) {
	for i := range rs {
		if n := rs[i].Model.Name; !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// pace is the machine's while all of a file was measured.
func pace(rs []record.Record) *record.Pace {
	var loop, exchange []float64
	for _, g := range groups(rs) {
		p := g[0].Context.Pace
		if p == nil {
			return nil
		}
		loop = append(loop, p.Loop.SamplesMS...)
		if p.Exchange != nil {
			exchange = append(exchange, p.Exchange.SamplesMS...)
		}
	}
	return record.NewPace(loop, exchange)
}

// texts lists what records say, each once; nothing is not listed.
func texts(rs []record.Record, of func(*record.Record) string) string {
	var all []string
	seen := map[string]bool{}
	for i := range rs {
		if t := of(&rs[i]); t != "" && !seen[t] {
			seen[t] = true
			all = append(all, t)
		}
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
