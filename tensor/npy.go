package tensor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// ErrFormat: what is read is no .npy file, is damaged, or holds elements that
// are not read.
var ErrFormat = errors.New("not a readable .npy file")

// LoadNPY reads the .npy file at path; errors name it. See ReadNPY.
func LoadNPY(path string) (*Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := ReadNPY(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// ReadNPY reads r, to its end, as one array in NumPy's .npy format, version 1,
// 2 or 3. The array may be of float32, float64, bool (0 and 1), or integers of
// 8 to 64 bits, signed or not, little- or big-endian, in C or Fortran order. It
// becomes float32 in C order: float64 and integers above 2^24 are rounded to
// nearest, and a float64 beyond the range of float32 becomes infinite.
//
// Anything else is ErrFormat: other element types, a damaged header, too few
// bytes and too many. Memory grows with the bytes that are really there,
// whatever shape the header claims.
func ReadNPY(r io.Reader) (*Tensor, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	data, err := readElements(r, h)
	if err != nil {
		return nil, err
	}
	var more [1]byte
	switch _, err := io.ReadFull(r, more[:]); err {
	case io.EOF:
	case nil:
		return nil, fmt.Errorf("%w: bytes after the last of %d elements", ErrFormat, len(data))
	default:
		return nil, fmt.Errorf("reading .npy: %w", err)
	}
	if h.fortran {
		data = cOrder(data, h.shape)
	}
	return FromSlice(data, h.shape...), nil
}

func readElements(r io.Reader, h header) ([]float32, error) {
	const chunk = 1 << 14 // elements read at a time
	n := h.shape.Size()
	data := make([]float32, 0, min(n, chunk))
	buf := make([]byte, min(n, chunk)*h.size)
	for len(data) < n {
		b := buf[:min(n-len(data), chunk)*h.size]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, short(err, fmt.Sprintf("the shape %v claims %d elements, but the data ends after %d", h.shape, n, len(data)))
		}
		for ; len(b) > 0; b = b[h.size:] {
			data = append(data, h.element(b))
		}
	}
	return data, nil
}

// short makes ErrFormat of an end of file, and leaves other errors of a reader
// what they are.
func short(err error, why string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: %s", ErrFormat, why)
	}
	return fmt.Errorf("reading .npy: %w", err)
}

// cOrder returns, last dimension running fastest, data whose first dimension
// runs fastest.
func cOrder(data []float32, shape Shape) []float32 {
	out := make([]float32, len(data))
	at := make([]int, len(shape)) // coordinates of data[from]
	strides := make([]int, len(shape))
	for k, s := len(shape)-1, 1; k >= 0; k-- {
		strides[k] = s
		s *= shape[k]
	}
	to := 0
	for _, v := range data {
		out[to] = v
		for k := range at {
			at[k]++
			to += strides[k]
			if at[k] < shape[k] {
				break
			}
			to -= at[k] * strides[k]
			at[k] = 0
		}
	}
	return out
}

// elementOf returns the size in bytes and the reader of the elements that
// NumPy calls descr, such as "<f4".
func elementOf(descr string) (size int, read func([]byte) float32, err error) {
	bad := fmt.Errorf("%w: elements of type %q (f4, f8, bool and integers are read)", ErrFormat, descr)
	if len(descr) != 3 {
		return 0, nil, bad
	}
	var order binary.ByteOrder = binary.LittleEndian
	kind := descr[1:]
	switch descr[0] {
	case '<':
	case '>':
		order = binary.BigEndian
	case '|':
		if kind[1] != '1' {
			return 0, nil, bad
		}
	default:
		return 0, nil, bad
	}
	switch kind {
	case "f4":
		return 4, func(b []byte) float32 { return math.Float32frombits(order.Uint32(b)) }, nil
	case "f8":
		return 8, func(b []byte) float32 { return float32(math.Float64frombits(order.Uint64(b))) }, nil
	case "b1", "u1":
		return 1, func(b []byte) float32 { return float32(b[0]) }, nil
	case "i1":
		return 1, func(b []byte) float32 { return float32(int8(b[0])) }, nil
	case "u2":
		return 2, func(b []byte) float32 { return float32(order.Uint16(b)) }, nil
	case "i2":
		return 2, func(b []byte) float32 { return float32(int16(order.Uint16(b))) }, nil
	case "u4":
		return 4, func(b []byte) float32 { return float32(order.Uint32(b)) }, nil
	case "i4":
		return 4, func(b []byte) float32 { return float32(int32(order.Uint32(b))) }, nil
	case "u8":
		return 8, func(b []byte) float32 { return float32(order.Uint64(b)) }, nil
	case "i8":
		return 8, func(b []byte) float32 { return float32(int64(order.Uint64(b))) }, nil
	}
	return 0, nil, bad
}
