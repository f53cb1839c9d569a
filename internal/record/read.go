package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrFormat is wrapped by the errors for what holds no records.
var ErrFormat = errors.New("no records of gpubench")

// Load reads the records of a file that gpubench wrote as JSON or JSON lines.
func Load(path string) ([]Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rs, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rs, nil
}

// Read reads records, in an array or one after the other.
func Read(r io.Reader) ([]Record, error) {
	b := bufio.NewReader(r)
	d := json.NewDecoder(b)
	var rs []Record
	if array(b) {
		if err := d.Decode(&rs); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	} else {
		for {
			var one Record
			err := d.Decode(&one)
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("%w: record %d: %w", ErrFormat, len(rs), err)
			}
			rs = append(rs, one)
		}
	}
	for i := range rs {
		switch v := rs[i].SchemaVersion; {
		case v < 1:
			return nil, fmt.Errorf("%w: record %d has no schema_version", ErrFormat, i)
		case v > Version:
			return nil, fmt.Errorf("record %d is of version %d, and this gpubench knows up to %d: a newer one is needed", i, v, Version)
		}
	}
	return rs, nil
}

// array reports whether JSON begins as one.
func array(b *bufio.Reader) bool {
	for {
		c, err := b.Peek(1)
		if err != nil || !bytes.ContainsAny(c, " \t\r\n") {
			return err == nil && c[0] == '['
		}
		b.Discard(1)
	}
}
