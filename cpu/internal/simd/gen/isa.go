package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is what differs between AVX-512 and AVX2: the width of registers, and how
// the pixels beyond a tile's last are left alone.
type isa struct {
	name  string
	bytes int
	ahead int // bytes, so far ahead tiles fetch weights
	vec   func() reg.VecVirtual
	// mask loads the mask, whose place is in the given field.
	mask func(field Mem) reg.Register
	// load, add and store touch only the pixels of the mask.
	load  func(from Mem, mask reg.Register, to reg.VecVirtual)
	add   func(from Mem, mask reg.Register, to reg.VecVirtual)
	store func(from reg.VecVirtual, mask reg.Register, to Mem)
}

var wide = isa{
	name: "512", bytes: 64, ahead: 2048, vec: ZMM,
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
	name: "256", bytes: 32, ahead: ahead, vec: YMM,
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
	name: "256full", bytes: 32, ahead: ahead, vec: YMM,
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
	atPanels
	atLower
	atColumns
	atLo
	atHi    = atLo + 4
	atFresh = atHi + 4
	atFar   = atFresh + 8
)
