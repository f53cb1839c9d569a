package tensor

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/shufflegl/shufflegl/internal/trained"
)

// npy builds a version 1.0 file from a header and data.
func npy(head string, data ...byte) []byte {
	b := append([]byte(npyMagic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(head)))
	return append(append(b, head...), data...)
}

func dict(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
}

func TestNPYRoundTrip(t *testing.T) {
	for _, shape := range []Shape{{}, {0}, {1}, {7}, {2, 3}, {1, 3, 5, 4}, {2, 0, 3}, {40000}, {1, 1, 1, 1, 1, 1, 1, 1}} {
		want := New(shape...)
		for i := range want.Data {
			want.Data[i] = float32(i) - 1.5
		}
		var b bytes.Buffer
		if err := WriteNPY(&b, want); err != nil {
			t.Fatal(err)
		}
		if start := b.Len() - 4*len(want.Data); start%64 != 0 {
			t.Errorf("%v: data begins at %d", shape, start)
		}
		got, err := ReadNPY(iotest.HalfReader(&b))
		if err != nil {
			t.Fatal(err)
		}
		if !got.Shape.Equal(want.Shape) || !slices.Equal(got.Data, want.Data) {
			t.Errorf("%v: read %v", shape, got.Shape)
		}
	}
	// Bits survive, whatever they mean.
	odd := FromSlice([]float32{float32(math.NaN()), float32(math.Inf(-1)), float32(math.Copysign(0, -1))}, 3)
	var b bytes.Buffer
	if err := WriteNPY(&b, odd); err != nil {
		t.Fatal(err)
	}
	got, err := ReadNPY(&b)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range odd.Data {
		if math.Float32bits(got.Data[i]) != math.Float32bits(v) {
			t.Errorf("%v became %v", v, got.Data[i])
		}
	}
}

func TestReadNPY(t *testing.T) {
	long := append([]byte(npyMagic), 2, 0)
	text := dict("<f4", "False", "(1,)")
	long = binary.LittleEndian.AppendUint32(long, uint32(len(text)))
	long = append(append(long, text...), 0, 0, 128, 63)
	utf8 := bytes.Clone(long)
	utf8[6] = 3

	for _, c := range []struct {
		name  string
		file  []byte
		shape Shape
		want  []float32
	}{
		{"f4", npy(dict("<f4", "False", "(2,)"), 0, 0, 128, 63, 0, 0, 0, 192), Shape{2}, []float32{1, -2}},
		{"f4 big-endian", npy(dict(">f4", "False", "(1,)"), 63, 128, 0, 0), Shape{1}, []float32{1}},
		{"f8", npy(dict("<f8", "False", "(1,)"), 0, 0, 0, 0, 0, 0, 0xf8, 0x3f), Shape{1}, []float32{1.5}},
		{"f8 big-endian", npy(dict(">f8", "False", "(1,)"), 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), Shape{1}, []float32{1.5}},
		{"bool", npy(dict("|b1", "False", "(2,)"), 1, 0), Shape{2}, []float32{1, 0}},
		{"u1", npy(dict("|u1", "False", "(2,)"), 200, 0), Shape{2}, []float32{200, 0}},
		{"i1", npy(dict("|i1", "False", "(1,)"), 0xff), Shape{1}, []float32{-1}},
		{"u2", npy(dict("<u2", "False", "(1,)"), 0, 0x80), Shape{1}, []float32{32768}},
		{"i2 big-endian", npy(dict(">i2", "False", "(1,)"), 0xff, 0xfe), Shape{1}, []float32{-2}},
		{"u4", npy(dict("<u4", "False", "(1,)"), 0, 0, 0, 0x80), Shape{1}, []float32{1 << 31}},
		{"i4", npy(dict("<i4", "False", "(1,)"), 0xff, 0xff, 0xff, 0xff), Shape{1}, []float32{-1}},
		{"u8", npy(dict("<u8", "False", "(1,)"), 0, 0, 0, 0, 0, 0, 0, 0x80), Shape{1}, []float32{1 << 63}},
		{"i8", npy(dict("<i8", "False", "(1,)"), 0xfe, 255, 255, 255, 255, 255, 255, 255), Shape{1}, []float32{-2}},
		{"scalar", npy(dict("|u1", "False", "()"), 9), Shape{}, []float32{9}},
		{"fortran", npy(dict("|u1", "True", "(2, 3)"), 1, 4, 2, 5, 3, 6), Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"fortran 3-D", npy(dict("|u1", "True", "(2, 2, 2)"), 1, 5, 3, 7, 2, 6, 4, 8), Shape{2, 2, 2}, []float32{1, 2, 3, 4, 5, 6, 7, 8}},
		{"fortran empty", npy(dict("|u1", "True", "(2, 0)")), Shape{2, 0}, nil},
		{"no last comma, Python 2", npy(`{"shape":(1L,2L),"fortran_order":False,"descr":"|u1"}`, 1, 2), Shape{1, 2}, []float32{1, 2}},
		{"version 2", long, Shape{1}, []float32{1}},
		{"version 3", utf8, Shape{1}, []float32{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ReadNPY(bytes.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if !got.Shape.Equal(c.shape) || !slices.Equal(got.Data, c.want) {
				t.Errorf("got %v %v, want %v %v", got.Shape, got.Data, c.shape, c.want)
			}
		})
	}
}

func TestReadNPYErrors(t *testing.T) {
	good := npy(dict("<f4", "False", "(2,)"), make([]byte, 8)...)
	version := bytes.Clone(good)
	version[6] = 9
	huge := append([]byte(npyMagic), 2, 0, 255, 255, 255, 255)
	files := map[string][]byte{
		"empty":            {},
		"text":             []byte("hello, hello, hello"),
		"version 9":        version,
		"huge header":      huge,
		"extra byte":       append(bytes.Clone(good), 0),
		"2^40 elements":    npy(dict("<f4", "False", "(1048576, 1048576)")),
		"2^40 in one":      npy(dict("<f4", "False", "(1099511627776,)")),
		"overflow to 0":    npy(dict("<f4", "False", "(4294967296, 4294967296)")),
		"large beside 0":   npy(dict("<f4", "False", "(0, 2000000000, 2000000000, 2000000000)")),
		"claims 2^30":      npy(dict("<f8", "True", "(1073741824,)"), 1, 2, 3),
		"negative":         npy(dict("<f4", "False", "(-1,)")),
		"complex":          npy(dict("<c8", "False", "(1,)"), make([]byte, 8)...),
		"half":             npy(dict("<f2", "False", "(1,)"), 0, 0),
		"object":           npy(dict("|O", "False", "(1,)"), 0),
		"native order":     npy(dict("=f4", "False", "(1,)"), make([]byte, 4)...),
		"f4 without order": npy(dict("|f4", "False", "(1,)"), make([]byte, 4)...),
		"structured":       npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", make([]byte, 4)...),
		"no shape":         npy("{'descr': '<f4', 'fortran_order': False, }"),
		"shape twice":      npy("{'descr': '<f4', 'shape': (1,), 'shape': (1,), }", make([]byte, 4)...),
		"unknown key":      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), 'x': 1}"),
		"not a dict":       npy("['descr']"),
		"trailing":         npy(dict("<f4", "False", "(0,)") + "x"),
		"unclosed":         npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0,"),
		"unclosed string":  npy("{'descr"),
		"fortran maybe":    npy(dict("<f4", "Maybe", "(0,)")),
	}
	for i := range good {
		files[fmt.Sprintf("cut at %d", i)] = good[:i]
	}
	for name, b := range files {
		t.Run(name, func(t *testing.T) {
			if got, err := ReadNPY(bytes.NewReader(b)); !errors.Is(err, ErrFormat) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
	if _, err := ReadNPY(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, ErrFormat) {
		t.Errorf("a failing reader: %v", err)
	}
}

func TestSaveNPY(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.npy")
	for _, shape := range []Shape{{2, 3}, {5}} { // the second replaces the first
		want := New(shape...)
		if err := SaveNPY(path, want); err != nil {
			t.Fatal(err)
		}
		got, err := LoadNPY(path)
		if err != nil || !got.Shape.Equal(shape) {
			t.Fatalf("%v, %v", got, err)
		}
	}
	link := filepath.Join(dir, "link.npy")
	if err := os.Symlink(path, link); err == nil {
		if err := SaveNPY(link, New(9)); err != nil {
			t.Fatal(err)
		}
		if got, err := LoadNPY(path); err != nil || got.Shape[0] != 9 {
			t.Errorf("through a link: %v, %v", got, err)
		}
	}
	// A failure leaves the old file and nothing else.
	bad := &Tensor{Shape: Shape{4}, Data: make([]float32, 3)}
	if err := SaveNPY(path, bad); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if got, err := LoadNPY(path); err != nil || got.Shape[0] != 9 {
		t.Errorf("the old file: %v, %v", got, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 2 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	if err := SaveNPY(filepath.Join(dir, "none", "x.npy"), New(1)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such folder: %v", err)
	}
	if err := SaveNPY(dir, New(1)); err == nil {
		t.Error("saved over a folder")
	}
	if _, err := LoadNPY(filepath.Join(dir, "none.npy")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		if err := SaveNPY("/dev/full", New(100000)); err == nil {
			t.Error("a full disk went unnoticed")
		}
	}
}

// The reference outputs beside the trained models were written by NumPy.
func TestReadReferenceOutputs(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(trained.Dir(t), "*", "expected", "*.npy"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("none found: %v", err)
	}
	for _, path := range paths {
		got, err := LoadNPY(path)
		if err != nil {
			t.Error(err)
			continue
		}
		var b bytes.Buffer
		if err := WriteNPY(&b, got); err != nil {
			t.Error(err)
		}
		if want, err := os.ReadFile(path); err != nil || !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%s: written back, it differs", path)
		}
	}
}

func FuzzReadNPY(f *testing.F) {
	f.Add(npy(dict("<f4", "False", "(2,)"), 0, 0, 128, 63, 0, 0, 0, 192))
	f.Add(npy(dict("|u1", "True", "(2, 3)"), 1, 4, 2, 5, 3, 6))
	f.Add(npy(dict(">i8", "False", "()"), make([]byte, 8)...))
	f.Add(npy(dict("<f4", "False", "(1048576, 1048576)")))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := ReadNPY(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("not ErrFormat: %v", err)
			}
			return
		}
		if len(x.Data) > len(b) || x.Shape.Size() != len(x.Data) {
			t.Fatalf("%v with %d elements from %d bytes", x.Shape, len(x.Data), len(b))
		}
		var out bytes.Buffer
		if err := WriteNPY(&out, x); err != nil {
			t.Fatal(err)
		}
		y, err := ReadNPY(&out)
		if err != nil || !y.Shape.Equal(x.Shape) {
			t.Fatalf("read back: %v", err)
		}
	})
}
