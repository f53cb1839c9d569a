// Package report prints the records of package bench, one printer a format.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/bench"
)

// printer writes records in one format.
type printer struct {
	format string
	print  func(io.Writer, []bench.Record) error
}

// printers lists the formats: to add one, add a row.
func printers() []printer {
	return []printer{
		{"table", table},
		{"json", records},
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

// Write prints records in a format.
func Write(w io.Writer, format string, rs []bench.Record) error {
	all := printers()
	i := slices.IndexFunc(all, func(p printer) bool { return p.format == format })
	if i < 0 {
		return fmt.Errorf("report: no format is called %q; there are %s", format, strings.Join(Formats(), ", "))
	}
	return all[i].print(w, rs)
}

// records is the JSON format: an array of records, one a line.
func records(w io.Writer, rs []bench.Record) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('[')
	for i, r := range rs {
		if i > 0 {
			b.Truncate(b.Len() - 1) // the encoder's newline
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	b.WriteString("]\n")
	_, err := w.Write(b.Bytes())
	return err
}

// JSON writes any value as the tool does: indented, and without escaping what
// only HTML would need.
func JSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
