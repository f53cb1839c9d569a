package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is what differs between AVX-512 and AVX2: the width of registers, and how
// the pixels beyond a tile's last are left alone.
type isa struct {
	name  string
	bytes int
	vec   func() reg.VecVirtual
	// mask loads the mask, whose place is in the given field.
	mask func(field Mem) reg.Register
	// load, add and store touch only the pixels of the mask.
	load  func(from Mem, mask reg.Register, to reg.VecVirtual)
	add   func(from Mem, mask reg.Register, to reg.VecVirtual)
	store func(from reg.VecVirtual, mask reg.Register, to Mem)
}

var wide = isa{
	name: "512", bytes: 64, vec: ZMM,
	mask: func(field Mem) reg.Register {
		at, k := GP64(), K()
		MOVQ(field, at)
		KMOVW(Mem{Base: at}, k)
		return k
	},
	load:  func(from Mem, mask reg.Register, to reg.VecVirtual) { VMOVUPS_Z(from, mask, to) },
	add:   func(from Mem, mask reg.Register, to reg.VecVirtual) { VADDPS(from, to, mask, to) },
	store: func(from reg.VecVirtual, mask reg.Register, to Mem) { VMOVUPS(from, mask, to) },
}

var narrow = isa{
	name: "256", bytes: 32, vec: YMM,
	mask: func(field Mem) reg.Register {
		at, y := GP64(), YMM()
		MOVQ(field, at)
		VMOVUPS(Mem{Base: at}, y)
		return y
	},
	load: func(from Mem, mask reg.Register, to reg.VecVirtual) { VMASKMOVPS(from, mask, to) },
	add: func(from Mem, mask reg.Register, to reg.VecVirtual) {
		t := YMM()
		VMASKMOVPS(from, mask, t)
		VADDPS(t, to, to)
	},
	store: func(from reg.VecVirtual, mask reg.Register, to Mem) { VMASKMOVPS(from, mask, to) },
}

// full is narrow for tiles that need no mask: AVX2's masked stores are slow on some
// processors, 20 instructions inside.
var full = isa{
	name: "256full", bytes: 32, vec: YMM,
	mask:  func(Mem) reg.Register { return nil },
	load:  func(from Mem, _ reg.Register, to reg.VecVirtual) { VMOVUPS(from, to) },
	add:   func(from Mem, _ reg.Register, to reg.VecVirtual) { VADDPS(from, to, to) },
	store: func(from reg.VecVirtual, _ reg.Register, to Mem) { VMOVUPS(from, to) },
}

// Fields of tileArgs.
const (
	atX = 8 * iota
	atRows
	atDepth
	atW
	atBias
	atY
	atYRows
	atAdd
	atAddRows
	atMask
	atLo
	atHi = atLo + 4
)

// tile is the inner loop of matrix products: m rows of weights times n registers
// of pixels, all accumulators in registers. One turn of the loop takes one row of
// x: where it begins is looked up, n loads, and for each row of weights one
// broadcast and n multiply-adds.
func tile(s isa, m, n int) {
	masked := fmt.Sprintf(", the last %d of them by the mask", s.bytes/4)
	if s.name == full.name {
		masked = ""
	}
	a := args(fmt.Sprintf("tile%sx%dx%d", s.name, m, n),
		fmt.Sprintf("tile%sx%dx%d computes %d rows of %d pixels%s.", s.name, m, n, m, n*s.bytes/4, masked), "tileArgs")
	field := func(at int) reg.GPVirtual {
		r := GP64()
		MOVQ(a.Offset(at), r)
		return r
	}
	mask := s.mask(a.Offset(atMask))

	acc := make([][]reg.VecVirtual, m)
	bias := Mem{Base: field(atBias)}
	for i := range acc {
		for j := range n {
			acc[i] = append(acc[i], s.vec())
			if j == 0 {
				VBROADCASTSS(bias.Offset(4*i), acc[i][0])
			} else {
				VMOVAPS(acc[i][0], acc[i][j])
			}
		}
	}

	row := GP64()
	x, w, rows, left := field(atX), Mem{Base: field(atW)}, Mem{Base: field(atRows)}, field(atDepth)
	loop := "loop"
	Label(loop)
	MOVLQSX(rows, row)
	pixels := make([]reg.VecVirtual, n)
	for j := range pixels {
		pixels[j] = s.vec()
		if from := (Mem{Base: x, Index: row, Scale: 4, Disp: j * s.bytes}); j == n-1 {
			s.load(from, mask, pixels[j])
		} else {
			VMOVUPS(from, pixels[j])
		}
	}
	for i := range m {
		if n == 1 && s.bytes == 64 {
			VFMADD231PS_BCST(w.Offset(4*i), pixels[0], acc[i][0])
			continue
		}
		weight := s.vec()
		VBROADCASTSS(w.Offset(4*i), weight)
		for j := range n {
			VFMADD231PS(pixels[j], weight, acc[i][j])
		}
	}
	ADDQ(Imm(4), rows.Base)
	ADDQ(Imm(uint64(4*m)), w.Base)
	DECQ(left)
	JNZ(LabelRef(loop))

	// Now the epilogue: each row's place is looked up again.
	residual := field(atAdd)
	TESTQ(residual, residual)
	JZ(LabelRef("clamp"))
	at := Mem{Base: field(atAddRows)}
	for i := range m {
		MOVLQSX(at.Offset(4*i), row)
		for j := range n {
			if from := (Mem{Base: residual, Index: row, Scale: 4, Disp: j * s.bytes}); j == n-1 {
				s.add(from, mask, acc[i][j])
			} else {
				VADDPS(from, acc[i][j], acc[i][j])
			}
		}
	}
	Label("clamp")
	lo, hi := s.vec(), s.vec()
	VBROADCASTSS(a.Offset(atLo), lo)
	VBROADCASTSS(a.Offset(atHi), hi)
	y := field(atY)
	at = Mem{Base: field(atYRows)}
	for i := range m {
		MOVLQSX(at.Offset(4*i), row)
		for j := range n {
			clamp(acc[i][j], lo, hi)
			if to := (Mem{Base: y, Index: row, Scale: 4, Disp: j * s.bytes}); j == n-1 {
				s.store(acc[i][j], mask, to)
			} else {
				VMOVUPS(acc[i][j], to)
			}
		}
	}
	VZEROUPPER()
	RET()
}

// clamp keeps a NaN: MAXPS and MINPS return the operand that Go's assembler takes
// first when one is no number.
func clamp(v, lo, hi reg.VecVirtual) {
	VMAXPS(v, lo, v)
	VMINPS(v, hi, v)
}

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

// ahead is how many bytes of weights are asked for in advance.
const ahead = 1024

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

// peak is nothing but independent multiply-adds: what a core can do at best. The sums
// go out, so that it can be seen that they were made.
func peak(s isa) {
	TEXT("peak"+s.name, NOSPLIT, "func(x, sum *float32, turns int)")
	declarations = append(declarations, fmt.Sprintf("// peak%s adds the squares of %d floats to sums, %d times a turn.\n//\n//go:noescape\nfunc peak%s(x, sum *float32, turns int)\n", s.name, s.bytes/4, peakChains, s.name))
	x, sum := Mem{Base: Load(Param("x"), GP64())}, Mem{Base: Load(Param("sum"), GP64())}
	left := Load(Param("turns"), GP64())
	acc := make([]reg.VecVirtual, peakChains)
	for i := range acc {
		acc[i] = s.vec()
		VXORPS(acc[i].AsY(), acc[i].AsY(), acc[i].AsY())
	}
	v := s.vec()
	VMOVUPS(x, v)
	Label("loop")
	for i := range acc {
		VFMADD231PS(v, v, acc[i])
	}
	DECQ(left)
	JNZ(LabelRef("loop"))
	for _, a := range acc[1:] {
		VADDPS(a, acc[0], acc[0])
	}
	VMOVUPS(acc[0], sum)
	VZEROUPPER()
	RET()
}

// peakChains is simd.chains.
const peakChains = 12

// evens is the inner loop of Evens: 8 floats a turn.
func evens() {
	TEXT("evens", NOSPLIT, "func(dst, src *float32, turns int)")
	declarations = append(declarations, "// evens copies every other float, 8 a turn.\n//\n//go:noescape\nfunc evens(dst, src *float32, turns int)\n")
	dst, src := Mem{Base: Load(Param("dst"), GP64())}, Mem{Base: Load(Param("src"), GP64())}
	left := Load(Param("turns"), GP64())
	Label("loop")
	a := YMM()
	VMOVUPS(src, a)
	VSHUFPS(Imm(0x88), src.Offset(32), a, a)
	VPERMPD(Imm(0xd8), a, a)
	VMOVUPS(a, dst)
	ADDQ(Imm(64), src.Base)
	ADDQ(Imm(32), dst.Base)
	DECQ(left)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// pause tells the core that this is a loop that waits.
func pause() {
	TEXT("Pause", NOSPLIT, "func()")
	declarations = append(declarations, "// Pause is what to do in a loop that waits: some tens of nanoseconds of nothing.\nfunc Pause()\n")
	for range 2 {
		PAUSE()
	}
	RET()
}
