// Package results reads what gpubench has written: records of bench, figures of
// peak, or both in one file.
package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/record"
)

// What is wrong with a file, beside its name and line.
var (
	ErrFormat = errors.New("no results of gpubench")
	ErrNewer  = errors.New("written by a newer gpubench")
)

// Set is what files hold, in their order.
type Set struct {
	Records []record.Record
	Peaks   []peak.Figure
}

// Load reads files of JSON or JSON lines, one after the other.
func Load(paths ...string) (*Set, error) {
	all := &Set{}
	for _, path := range paths {
		if err := all.load(path); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Set) load(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.Add(path, f)
}

// Add reads results, in arrays or one after the other. Errors call the reader by
// the name given, and tell the line.
func (s *Set) Add(name string, r io.Reader) error {
	lines := &lineReader{Reader: r}
	d := json.NewDecoder(lines)
	for {
		var raw json.RawMessage
		err := d.Decode(&raw)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(name, lines, err)
		}
		begin := d.InputOffset() - int64(len(raw))
		if err := s.value(raw, begin, lines, name); err != nil {
			return err
		}
	}
}

// value adds a result, or all of an array.
func (s *Set) value(raw json.RawMessage, begin int64, lines *lineReader, name string) error {
	if raw[0] != '[' {
		if at, err := s.one(raw); err != nil {
			return fmt.Errorf("%s:%d: %w", name, lines.at(begin+at), err)
		}
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.Token()
	for d.More() {
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return unreadable(name, lines, err) // cannot be: the array was read once
		}
		if err := s.value(one, begin+d.InputOffset()-int64(len(one)), lines, name); err != nil {
			return err
		}
	}
	return nil
}

// one adds a result. Beside an error it tells where in it that is.
func (s *Set) one(raw json.RawMessage) (at int64, err error) {
	var kind struct {
		Kind          string `json:"kind"`
		SchemaVersion int    `json:"schema_version"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return strange(err)
	}
	switch v := kind.SchemaVersion; {
	case v < 1:
		return 0, fmt.Errorf("%w: schema_version is missing", ErrFormat)
	case kind.Kind == "":
		if v > record.Version {
			return 0, newer("a record", v, record.Version)
		}
		var r record.Record
		if err := json.Unmarshal(raw, &r); err != nil {
			return strange(err)
		}
		s.Records = append(s.Records, r)
	case kind.Kind == peak.Kind:
		if v > peak.Version {
			return 0, newer("a figure of peak", v, peak.Version)
		}
		var f peak.Figure
		if err := json.Unmarshal(raw, &f); err != nil {
			return strange(err)
		}
		s.Peaks = append(s.Peaks, f)
	default:
		return 0, fmt.Errorf("%w: of a kind %q, which this one does not know", ErrNewer, kind.Kind)
	}
	return 0, nil
}

func newer(what string, version, known int) error {
	return fmt.Errorf("%w: %s of version %d, and this one knows up to %d", ErrNewer, what, version, known)
}

// strange says what of a value is not as it must be.
func strange(err error) (at int64, _ error) {
	var t *json.UnmarshalTypeError
	switch {
	case errors.As(err, &t) && t.Field != "":
		field := strings.ReplaceAll(t.Field, "Series.", "") // embedded: JSON does not know it
		return t.Offset, fmt.Errorf("%w: %s is a %s", ErrFormat, field, t.Value)
	case errors.As(err, &t):
		return t.Offset, fmt.Errorf("%w: a %s instead of a record", ErrFormat, t.Value)
	}
	return 0, fmt.Errorf("%w: %w", ErrFormat, err)
}

// unreadable says where text ceases to be JSON.
func unreadable(name string, lines *lineReader, err error) error {
	var s *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s:%d: %w: it is cut off in the middle of a record", name, lines.at(lines.read), ErrFormat)
	case errors.As(err, &s):
		return fmt.Errorf("%s:%d: %w: %w", name, lines.at(s.Offset), ErrFormat, err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// lineReader remembers where lines end.
type lineReader struct {
	io.Reader
	read int64
	ends []int64
}

func (l *lineReader) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.ends = append(l.ends, l.read+int64(i))
		}
	}
	l.read += int64(n)
	return n, err
}

// at is the line, from 1, of the byte at an offset. A newline ends its line; after
// the last byte, it is the last line that has any.
func (l *lineReader) at(offset int64) int {
	line := 1
	for _, end := range l.ends {
		if end < offset && end+1 < l.read {
			line++
		}
	}
	return line
}
