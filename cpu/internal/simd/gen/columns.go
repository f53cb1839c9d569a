package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Fields of columnsArgs.
const (
	ofX = 8 * iota
	ofRows
	ofDepth
	ofBlock
	ofW
	ofStride = ofW + 8*4
	ofBias   = ofStride + 8*4
)

// How many bytes of weights are asked for in advance: where there is one pixel or full tiles, and
// where there is one register of them.
const (
	ahead    = 1024
	farAhead = 3 << 10
)

// columns computes a few pixels of several panels, with the channels of a panel
// side by side in a register: what is left over at the right of a map, or a map of
// one pixel. Lanes beyond a panel's height hold nonsense.
func columns(pixels int) {
	panels := map[int]int{1: 4, 2: 4, 3: 2, 4: 2}[pixels]
	a := args(fmt.Sprintf("columns%d", pixels),
		fmt.Sprintf("columns%d computes %d pixels of %d panels into block[panel][pixel][8].", pixels, pixels, panels), "columnsArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	acc := make([][]reg.VecVirtual, panels)
	for p := range acc {
		bias := field(ofBias + 8*p)
		for px := range pixels {
			acc[p] = append(acc[p], YMM())
			if px == 0 {
				VMOVUPS(Mem{Base: bias}, acc[p][0])
			} else {
				VMOVAPS(acc[p][0], acc[p][px])
			}
		}
	}
	var w, stride []reg.GPVirtual
	for p := range panels {
		w, stride = append(w, field(ofW+8*p)), append(stride, field(ofStride+8*p))
	}
	x, rows, left, row := field(ofX), Mem{Base: field(ofRows)}, field(ofDepth), GP64()
	Label("loop")
	MOVLQSX(rows, row)
	value := make([]reg.VecVirtual, pixels)
	for px := range value {
		value[px] = YMM()
		VBROADCASTSS(Mem{Base: x, Index: row, Scale: 4, Disp: 4 * px}, value[px])
	}
	for p := range panels {
		if pixels == 1 {
			// Weights that are used once come from far away, more so than the
			// processor looks ahead by itself.
			PREFETCHT0(Mem{Base: w[p], Disp: ahead})
			VFMADD231PS(Mem{Base: w[p]}, value[0], acc[p][0])
		} else {
			weights := YMM()
			VMOVUPS(Mem{Base: w[p]}, weights)
			for px := range pixels {
				VFMADD231PS(weights, value[px], acc[p][px])
			}
		}
		ADDQ(stride[p], w[p])
	}
	ADDQ(Imm(4), rows.Base)
	DECQ(left)
	JNZ(LabelRef("loop"))
	to := Mem{Base: field(ofBlock)}
	for p := range acc {
		for px := range pixels {
			VMOVUPS(acc[p][px], to.Offset(32*(p*pixels+px)))
		}
	}
	VZEROUPPER()
	RET()
}
