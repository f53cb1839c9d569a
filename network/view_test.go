package network_test

import (
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func TestPlaneForm(t *testing.T) {
	for _, c := range []struct {
		shape                 tensor.Shape
		planes, height, width int
	}{
		{dims(), 1, 1, 1},
		{dims(7), 7, 1, 1},
		{dims(2, 7), 14, 1, 1},
		{dims(2, 3, 7), 6, 1, 7},
		{dims(2, 3, 5, 7), 6, 5, 7},
		{dims(2, 3, 4, 5, 7), 24, 5, 7},
	} {
		if p, h, w := network.PlaneForm(c.shape); p != c.planes || h != c.height || w != c.width {
			t.Errorf("%v is %d planes of %dx%d, want %d of %dx%d", c.shape, p, h, w, c.planes, c.height, c.width)
		}
	}
}

// A view packs and unpacks its rows, and nothing beside them; in a part of the
// arena as in the whole.
func TestPackAndUnpack(t *testing.T) {
	v := network.View{Shape: dims(1, 2, 2, 3), Planes: []int32{24, 8}, Height: 2, Width: 3, RowStride: 4, ColumnStride: 1}
	x := tensor.New(1, 2, 2, 3)
	for i := range x.Data {
		x.Data[i] = float32(i + 1)
	}
	want := make([]float32, 32)
	copy(want[24:], []float32{1, 2, 3, 0, 4, 5, 6})
	copy(want[8:], []float32{7, 8, 9, 0, 10, 11, 12})

	arena := make([]float32, 32)
	v.Pack(arena, x)
	if !slices.Equal(arena, want) {
		t.Errorf("packed: %v", arena)
	}
	part := make([]float32, 24)
	v.PackAt(part, 8, x)
	if !slices.Equal(part, want[8:]) {
		t.Errorf("packed in part: %v", part)
	}
	whole, fromPart := tensor.New(1, 2, 2, 3), tensor.New(1, 2, 2, 3)
	v.Unpack(want, whole)
	v.UnpackAt(want[8:], 8, fromPart)
	if !slices.Equal(whole.Data, x.Data) || !slices.Equal(fromPart.Data, x.Data) {
		t.Errorf("unpacked: %v and %v", whole.Data, fromPart.Data)
	}
	if v.Elements() != 12 {
		t.Errorf("%d elements", v.Elements())
	}
	if n, c, h, w := v.NCHW(); n != 1 || c != 2 || h != 2 || w != 3 {
		t.Errorf("NCHW %d %d %d %d", n, c, h, w)
	}
}

func TestEven(t *testing.T) {
	for _, c := range []struct {
		planes       []int32
		base, stride int
		even         bool
	}{
		{[]int32{48}, 48, 0, true},
		{[]int32{48, 16}, 48, -32, true},
		{[]int32{0, 16, 32, 48}, 0, 16, true},
		{[]int32{16, 16, 16}, 16, 0, true},
		{[]int32{0, 16, 32, 64}, 0, 0, false},
		{[]int32{0, 16, 32, 48, 80}, 0, 0, false},
	} {
		v := network.View{Planes: c.planes}
		if base, stride, even := v.Even(); base != c.base || stride != c.stride || even != c.even {
			t.Errorf("%v: %d, %d, %v", c.planes, base, stride, even)
		}
	}
}
