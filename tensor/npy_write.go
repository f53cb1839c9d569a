package tensor

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/shufflegl/shufflegl/internal/safefile"
)

// WriteNPY writes t to w in NumPy's .npy format: version 1.0, little-endian
// float32, C order.
func WriteNPY(w io.Writer, t *Tensor) error {
	if t.Shape.Size() != len(t.Data) {
		return fmt.Errorf("writing .npy: %d elements do not fill %v", len(t.Data), t.Shape)
	}
	dims := make([]string, len(t.Shape))
	for i, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("writing .npy: negative dimension in %v", t.Shape)
		}
		dims[i] = fmt.Sprint(d)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += ","
	}
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape)
	// Spaces and a newline, so that the data begins at a multiple of 64.
	const start = len(npyMagic) + 4
	text += strings.Repeat(" ", 63-(start+len(text))%64) + "\n"
	if len(text) > math.MaxUint16 {
		return fmt.Errorf("writing .npy: %d dimensions do not fit the header", len(dims))
	}

	out := bufio.NewWriterSize(w, 1<<16)
	b := append([]byte(npyMagic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	_, err := out.Write(append(b, text...))
	for _, v := range t.Data {
		if err != nil {
			break
		}
		_, err = out.Write(binary.LittleEndian.AppendUint32(out.AvailableBuffer(), math.Float32bits(v)))
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing .npy: %w", err)
	}
	return nil
}

// SaveNPY writes t to the file at path. The file appears, or replaces an older
// one, only when it is complete: after an error, a full disk for instance, path
// is as it was. (A path that is no regular file, such as /dev/stdout, is
// written to directly.) Errors name the path.
func SaveNPY(path string, t *Tensor) error {
	err := safefile.Save(path, func(w io.Writer) error { return WriteNPY(w, t) })
	if err != nil {
		return fmt.Errorf("saving %s: %w", path, err)
	}
	return nil
}
