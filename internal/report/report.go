// Package report prints records, one printer a format.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// Options say what a printer for people shows.
type Options struct {
	Group Grouping // of the layers; none leaves them out
}

// printer writes records in one format.
type printer struct {
	format  string
	endings []string // of files
	print   func(io.Writer, []record.Record, Options) error
}

// printers lists the formats: to add one, add a row.
func printers() []printer {
	return []printer{
		{"table", []string{".txt"}, table},
		{"md", []string{".md"}, markdown},
		{"csv", []string{".csv"}, commas},
		{"json", []string{".json"}, array},
		{"jsonl", []string{".jsonl", ".ndjson"}, lines},
		{"go", []string{".go.txt", ".bench"}, goBenchmark},
	}
}

// Formats names the formats that Write knows.
func Formats() []string {
	var names []string
	for _, p := range printers() {
		names = append(names, p.format)
	}
	return names
}

// FormatOf is the format that a file's name asks for by its ending.
func FormatOf(path string) (format string, ok bool) {
	longest := 0
	for _, p := range printers() {
		for _, e := range p.endings {
			if strings.HasSuffix(strings.ToLower(path), e) && len(e) > longest {
				format, longest = p.format, len(e)
			}
		}
	}
	return format, longest > 0
}

// Write prints records in a format.
func Write(w io.Writer, format string, rs []record.Record, o Options) error {
	all := printers()
	i := slices.IndexFunc(all, func(p printer) bool { return p.format == format })
	if i < 0 {
		return fmt.Errorf("report: no format is called %q; there are %s", format, strings.Join(Formats(), ", "))
	}
	return all[i].print(w, rs, o)
}

// array is the format json: an array of records, one a line.
func array(w io.Writer, rs []record.Record, _ Options) error {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, r := range rs {
		if i > 0 {
			b.Truncate(b.Len() - 1) // the encoder's newline
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		if err := encode(&b, r); err != nil {
			return err
		}
	}
	b.WriteString("]\n")
	_, err := w.Write(b.Bytes())
	return err
}

// lines is the format jsonl: a record a line.
func lines(w io.Writer, rs []record.Record, _ Options) error {
	var b bytes.Buffer
	for _, r := range rs {
		if err := encode(&b, r); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func encode(b *bytes.Buffer, r record.Record) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// JSON writes any value as the tool does: indented, and without escaping what
// only HTML would need.
func JSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
