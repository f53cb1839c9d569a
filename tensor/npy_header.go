package tensor

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const npyMagic = "\x93NUMPY"

// maxHeader bounds the header in bytes. NumPy itself refuses 10000.
const maxHeader = 1 << 16

type header struct {
	shape   Shape
	fortran bool
	size    int // of an element, in bytes
	element func([]byte) float32
}

// readHeader reads up to the first byte of data.
func readHeader(r io.Reader) (h header, err error) {
	var start [12]byte // magic, version, length of 2 or 4 bytes
	b := start[:10]
	if _, err := io.ReadFull(r, b); err != nil {
		return h, short(err, "it ends before the header")
	}
	if string(b[:6]) != npyMagic {
		return h, fmt.Errorf("%w: it does not begin as one", ErrFormat)
	}
	size := int64(binary.LittleEndian.Uint16(b[8:]))
	switch major := b[6]; major {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, start[10:]); err != nil {
			return h, short(err, "it ends before the header")
		}
		size = int64(binary.LittleEndian.Uint32(start[8:]))
	default:
		return h, fmt.Errorf("%w: version %d.%d (1 to 3 are read)", ErrFormat, major, b[7])
	}
	if size > maxHeader {
		return h, fmt.Errorf("%w: a header of %d bytes", ErrFormat, size)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, short(err, "it ends within the header")
	}
	return parseHeader(string(text))
}

// parseHeader reads the Python dictionary that describes the array:
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1000), }
func parseHeader(text string) (h header, err error) {
	p := parser{rest: text}
	seen := map[string]bool{}
	p.expect("{")
	for !p.failed && !p.accept("}") {
		key := p.quoted()
		p.expect(":")
		if seen[key] {
			p.failed = true
		}
		seen[key] = true
		switch key {
		case "descr":
			descr := p.quoted()
			if p.failed { // a list: a structured type
				break
			}
			if h.size, h.element, err = elementOf(descr); err != nil {
				return h, err
			}
		case "fortran_order":
			if h.fortran = p.accept("True"); !h.fortran {
				p.expect("False")
			}
		case "shape":
			h.shape = p.tuple()
		default:
			p.failed = true
		}
		if !p.accept(",") {
			p.expect("}")
			break
		}
	}
	if p.failed || len(seen) != 3 || strings.TrimSpace(p.rest) != "" {
		return h, fmt.Errorf("%w: header %q", ErrFormat, text[:min(len(text), 200)])
	}
	return h, checkShape(h.shape)
}

// checkShape refuses shapes of more than 2^31-1 elements, and those whose
// dimensions multiply to more than an int beside a dimension of 0.
func checkShape(s Shape) error {
	size := int64(1)
	for _, d := range s {
		if size *= max(int64(d), 1); size > math.MaxInt32 {
			return fmt.Errorf("%w: shape %v is larger than %d elements", ErrFormat, s, math.MaxInt32)
		}
	}
	return nil
}

// A parser reads tokens of Python from the front of rest. After a failure, what
// its methods return means nothing.
type parser struct {
	rest   string
	failed bool
}

// accept skips white space, and token if it is next.
func (p *parser) accept(token string) bool {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	var ok bool
	p.rest, ok = strings.CutPrefix(p.rest, token)
	return ok
}

func (p *parser) expect(token string) {
	if !p.accept(token) {
		p.failed = true
	}
}

// quoted reads a string literal without escapes.
func (p *parser) quoted() string {
	quote := "'"
	if !p.accept(quote) {
		quote = `"`
		p.expect(quote)
	}
	s, rest, ok := strings.Cut(p.rest, quote)
	if !ok || strings.ContainsAny(s, "\\\n") {
		p.failed = true
	}
	p.rest = rest
	return s
}

// tuple reads the dimensions: (), (3,) or (3, 4); Python 2 wrote 3 as 3L.
func (p *parser) tuple() Shape {
	s := Shape{}
	p.expect("(")
	for !p.failed && !p.accept(")") {
		p.accept("")
		n := strings.IndexFunc(p.rest, func(r rune) bool { return r < '0' || r > '9' })
		d, err := strconv.ParseInt(p.rest[:max(n, 0)], 10, 32)
		if err != nil || len(s) == 64 {
			p.failed = true
			break
		}
		s = append(s, int(d))
		p.rest = p.rest[n:]
		p.accept("L")
		if !p.accept(",") {
			p.expect(")")
			break
		}
	}
	return s
}
