package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/internal/record"
)

// table is the format for people: what was measured, a row a record, and what to
// know about it.
func table(w io.Writer, rs []record.Record, o Options) error {
	if len(rs) == 0 {
		_, err := io.WriteString(w, "nothing was measured\n")
		return err
	}
	var b strings.Builder
	shown, common := pick(rs)
	for _, line := range heading(rs, common) {
		b.WriteString(line + "\n")
	}
	b.WriteByte('\n')
	writeGrid(&b, cells(shown, rs))
	for _, group := range groups(rs) {
		for _, block := range layerBlocks(group, o.Group) {
			fmt.Fprintf(&b, "\n%s\n", block.title)
			writeGrid(&b, block.rows)
			for _, line := range block.notes {
				b.WriteString(line + "\n")
			}
		}
	}
	b.WriteByte('\n')
	for _, line := range notes(rs) {
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// heading says what all records have in common.
func heading(rs []record.Record, common map[string]string) []string {
	r := &rs[0]
	var what []string
	if m, ok := common["model"]; ok {
		what = append(what, m)
	} else {
		what = append(what, fmt.Sprintf("%d models", distinct(rs, func(r *record.Record) string { return r.Model.Name })))
	}
	if in, ok := common["input"]; ok && in != "" {
		what = append(what, "input "+in)
	}
	what = append(what, r.Test.Input)
	if allEqual(rs, func(r *record.Record) int64 { return r.Model.MACs }) {
		what = append(what, fmt.Sprintf("%.1f M multiply-adds", float64(r.Model.MACs)/1e6))
	}
	if p, ok := common["precision"]; ok {
		what = append(what, p)
	}
	runs := fmt.Sprintf("%d runs", r.Latency.Wall.N)
	if !allEqual(rs, func(r *record.Record) int64 { return int64(r.Latency.Wall.N) }) {
		runs = "runs"
	}
	how := runs
	if r.Test.Interleave > 1 {
		how += " of each, in turns and random order"
	}
	if r.Test.InputRing > 1 {
		how += ", each on other pixels"
	}
	how += "; upload and readback included"
	if n := common["in flight"]; n != "" {
		how += fmt.Sprintf("; pictures/s with %s frames in flight", n)
	}
	return []string{strings.Join(what, ", "), how}
}

func distinct(rs []record.Record, key func(*record.Record) string) int {
	seen := map[string]bool{}
	for i := range rs {
		seen[key(&rs[i])] = true
	}
	return len(seen)
}

func allEqual(rs []record.Record, key func(*record.Record) int64) bool {
	for i := range rs {
		if key(&rs[i]) != key(&rs[0]) {
			return false
		}
	}
	return true
}

// cells gives a header and a row of texts for each record.
func cells(shown []column, rs []record.Record) [][]string {
	rows := [][]string{nil}
	for _, c := range shown {
		rows[0] = append(rows[0], c.name)
	}
	for i := range rs {
		var row []string
		for _, c := range shown {
			row = append(row, or(c.text(&rs[i]), "-"))
		}
		rows = append(rows, row)
	}
	return rows
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// writeGrid aligns columns to the right; a first column of words goes to the left.
func writeGrid(b *strings.Builder, rows [][]string) {
	left := 0
	for _, row := range rows {
		left = max(left, len(row[0]))
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range rows {
		fmt.Fprintf(t, "%-*s\t%s\t\n", left, row[0], strings.Join(row[1:], "\t"))
	}
	t.Flush()
}

// groups cuts records into those that were measured in turns.
func groups(rs []record.Record) [][]record.Record {
	var all [][]record.Record
	for i, r := range rs {
		if i == 0 || r.Run.ID != rs[i-1].Run.ID || r.Run.Group != rs[i-1].Run.Group {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], r)
	}
	return all
}
