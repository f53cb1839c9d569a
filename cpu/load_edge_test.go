//go:build linux

package cpu

import (
	"fmt"
	"syscall"
	"testing"
	"unsafe"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Inputs that are read where they are may begin and end where memory does, and may be
// memory that cannot be written.
func TestInputsAtTheEdgeOfMemory(t *testing.T) {
	for _, shape := range []tensor.Shape{{1, 3, 32, 32}, {2, 1, 17, 29}, {1, 3, 64, 33}} {
		for _, window := range [][3]int{{3, 2, 1}, {3, 2, 0}, {7, 2, 3}, {11, 4, 2}, {3, 1, 1}, {5, 3, 2}, {2, 2, 0}} {
			for _, pools := range []bool{false, true} {
				for _, level := range simd.Levels() {
					if err := atEdges(shape, network.Square(window[0], window[1], window[2]), pools, level); err != nil {
						t.Errorf("%v, window %v, pool %t, %v: %v", shape, window, pools, level, err)
					}
				}
			}
		}
	}
}

func atEdges(shape tensor.Shape, w network.Window, pools bool, level simd.Level) error {
	b := network.NewBuilder("edges")
	weights := tensor.New(8, shape[1], w.Kernel[0], w.Kernel[0])
	for i := range weights.Data {
		weights.Data[i] = float32(i%7) - 3
	}
	y := b.Apply("y", network.Conv{Window: w}, b.Input("x", shape...), b.Const("w", weights))
	if pools {
		y = b.Apply("p", network.Pool{Window: network.Square(3, 2, 1)}, y)
	}
	g, err := b.Build(y)
	if err != nil {
		return err
	}
	o := New(Options{}).PlanOptions()
	o.Fuse |= network.FuseAlways
	p, err := network.NewPlan(g, o)
	if err != nil {
		return err
	}
	x, err := AtLevel(New(Options{Threads: 1}), level).Prepare(p)
	if err != nil {
		return err
	}
	defer x.Close()
	if loaded := x.(*executor).loading.loaded; len(loaded) > 0 && !(w.Kernel[0] == 3 && w.Stride[0] == 1) { // that may be by Winograd
		return fmt.Errorf("inputs %v are loaded", loaded)
	}
	page, size := syscall.Getpagesize(), 4*shape.Size()
	pages := (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, pages+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return err
	}
	defer syscall.Munmap(memory)
	middle := memory[page : page+pages]
	var first *tensor.Tensor
	for _, at := range []int{0, pages - size} {
		if err := syscall.Mprotect(middle, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			return err
		}
		in := tensor.FromSlice(unsafe.Slice((*float32)(unsafe.Pointer(&middle[at])), shape.Size()), shape...)
		for i := range in.Data {
			in.Data[i] = float32(i%13) - 6
		}
		if err := syscall.Mprotect(middle, syscall.PROT_READ); err != nil {
			return err
		}
		out := tensor.New(p.Outputs[0].View.Shape...)
		if err := x.Run([]*tensor.Tensor{out}, []*tensor.Tensor{in}); err != nil {
			return err
		}
		if first == nil {
			first = out
		} else if d := tensor.MaxDiff(out, first); d.Abs != 0 {
			return fmt.Errorf("the result depends on where the input is: %v", d)
		}
	}
	return nil
}
