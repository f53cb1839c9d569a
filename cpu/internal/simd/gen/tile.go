package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tile is the inner loop of matrix products: panels of m rows of weights times n
// registers of pixels, all accumulators in registers. One turn of the loop takes one
// row of x: where it begins is looked up, n loads, and for each row of weights one
// broadcast and n multiply-adds.
//
// The few pixels of tail, behind the last register, have accumulators with the rows
// side by side (see ends): a register of pixels would take m multiply-adds a turn.
func tile(s isa, m, n, tail int) {
	name, masked := fmt.Sprintf("tile%sx%dx%d", s.name, m, n), fmt.Sprintf(", the last %d of them by the mask", s.bytes/4)
	if s.name == full.name {
		masked = ""
	}
	if tail > 0 {
		name, masked = fmt.Sprintf("%st%d", name, tail), fmt.Sprintf(" and %d more", tail)
	}
	p := newPanels(s, name, fmt.Sprintf("%s computes panels of %d rows, %d pixels%s.", name, m, n*s.bytes/4, masked))
	choose("tile"+s.name, "tileArgs", m, n, tail, name)
	p.order = newEndOrder(s, name, tail)
	p.begin()
	p.run("", m, n, tail, p.field(atPanels))
	VZEROUPPER()
	RET()
}

// columnTiles is tile from column to column, n registers each, for panels of m rows and
// those of m-1 behind them: calling a tile for each takes as long as a panel of depth 20.
func columnTiles(s isa, m, n int) {
	name := fmt.Sprintf("columns%sx%dx%d", s.name, m, n)
	p := newPanels(s, name, fmt.Sprintf("%s computes panels of %d rows and of %d, so many times %d pixels.", name, m, m-1, n*s.bytes/4))
	choose("columns"+s.name, "tileArgs", m, n, 0, name)
	Label("column")
	p.begin()
	p.behind = func(panels reg.GPVirtual) reg.GPVirtual {
		left := p.field(atLower)
		ADDQ(panels, left)
		return left
	}
	p.run("", m, n, 0, p.field(atPanels))
	if m > 1 {
		lower := p.field(atLower)
		TESTQ(lower, lower)
		JZ(LabelRef("next"))
		p.behind = func(panels reg.GPVirtual) reg.GPVirtual { return panels }
		p.run("lower", m-1, n, 0, lower)
	}
	Label("next")
	step := Imm(uint64(n * s.bytes))
	ADDQ(step, p.x)
	ADDQ(step, p.y)
	TESTQ(p.residual, p.residual)
	JZ(LabelRef("alone"))
	ADDQ(step, p.residual)
	Label("alone")
	MOVQ(U32(0), p.a.Offset(atFresh))
	SUBQ(Imm(1), p.a.Offset(atColumns))
	JNZ(LabelRef("column"))
	VZEROUPPER()
	RET()
}

// fetched is what a loop asks for in advance: in the first column the weights, by its last panel
// the next column's pixels.
type fetched int

const (
	nothingAhead fetched = iota
	weightsAhead
	pixelsAhead
)

// panels is what tiles keep from panel to panel.
type panels struct {
	isa
	a                       Mem
	masked                  reg.Register
	x, y, residual          reg.GPVirtual
	w, bias, yRows, addRows Mem
	order                   endOrder

	// behind is how many panels a column still has, with so many of this height left; nil where
	// there is one column.
	behind func(panels reg.GPVirtual) reg.GPVirtual
}

func newPanels(s isa, name, doc string) *panels {
	p := &panels{isa: s, a: args(name, doc, "tileArgs")}
	p.masked = s.mask(p.a.Offset(atMask))
	p.x, p.y, p.residual = p.field(atX), p.field(atY), p.field(atAdd)
	return p
}

func (p *panels) field(at int) reg.GPVirtual {
	r := GP64()
	MOVQ(p.a.Offset(at), r)
	return r
}

// begin goes to the first panel.
func (p *panels) begin() {
	p.w, p.bias = Mem{Base: p.field(atW)}, Mem{Base: p.field(atBias)}
	p.yRows, p.addRows = Mem{Base: p.field(atYRows)}, Mem{Base: p.field(atAddRows)}
}

// run computes so many panels of m rows. Labels begin with the given word.
func (p *panels) run(label string, m, n, tail int, panels reg.GPVirtual) {
	s, w, bias := p.isa, p.w, p.bias
	Label(label + "panel")
	acc := make([][]reg.VecVirtual, m)
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
	ends := newEnds(p.isa, m, tail, p.order)
	ends.begin(bias)

	row, rows, left := GP64(), Mem{Base: p.field(atRows)}, p.field(atDepth)
	place := func(base reg.GPVirtual, j int) Mem {
		return Mem{Base: base, Index: row, Scale: 4, Disp: j * s.bytes}
	}
	addResidual := func(i, j int) {
		if j == 0 {
			MOVLQSX(p.addRows.Offset(4*i), row)
		}
		if j == n-1 && tail == 0 {
			s.add(place(p.residual, j), p.masked, acc[i][j])
		} else {
			VADDPS(place(p.residual, j), acc[i][j], acc[i][j])
		}
	}
	if s.bytes == 64 && p.behind == nil && n > 1 {
		for i := range m { // of small maps another core may have read what is written over
			MOVLQSX(p.yRows.Offset(4*i), row)
			fetchToWrite(place(p.y, 0), n)
		}
	}
	if s.bytes == 32 { // there what comes behind the loop is waited for
		TESTQ(p.residual, p.residual)
		JZ(LabelRef(label + "loop"))
		for i := range m {
			for j := range n {
				addResidual(i, j)
			}
		}
	}
	Label(label + "loop")
	turn := func(u int) {
		MOVLQSX(rows.Offset(4*u), row)
		ends.multiply(w.Offset(4*m*u), place(p.x, n))
		pixels := make([]reg.VecVirtual, n)
		for j := range pixels {
			pixels[j] = s.vec()
			if j == n-1 && tail == 0 {
				s.load(place(p.x, j), p.masked, pixels[j])
			} else {
				VMOVUPS(place(p.x, j), pixels[j])
			}
		}
		if n == 1 && tail == 0 { // weights that are used once come from far away
			PREFETCHT0(w.Offset(farAhead + 4*m*u))
		}
		for i := range m {
			if n == 1 && s.bytes == 64 && tail != eight {
				VFMADD231PS_BCST(w.Offset(4*m*u+4*i), pixels[0], acc[i][0])
				continue
			}
			weight := s.vec()
			VBROADCASTSS(w.Offset(4*m*u+4*i), weight)
			for j := range n {
				VFMADD231PS(pixels[j], weight, acc[i][j])
			}
			ends.multiplyRow(i, weight)
		}
	}
	next := func(count int) {
		ADDQ(Imm(uint64(4*count)), rows.Base)
		ADDQ(U32(uint32(4*m*count)), w.Base)
	}
	turns := func(fetch fetched) func(count int) {
		return func(count int) {
			if fetch == weightsAhead && (count == 4 || s.bytes == 64) {
				for line := 0; line < 4*m*count; line += 64 {
					PREFETCHT0(w.Offset(s.ahead + line))
				}
			}
			for u := range count {
				turn(u)
				for j := 0; fetch == pixelsAhead && j < n*s.bytes; j += 64 {
					PREFETCHT0(place(p.x, n).Offset(j))
				}
			}
			next(count)
		}
	}
	loop := inFours
	if s.bytes == 64 {
		loop = oneByOne
	}
	switch {
	case p.behind == nil && n > 1:
		loop(label, left, turns(weightsAhead))
	case p.behind == nil:
		loop(label, left, turns(nothingAhead))
	default:
		CMPQ(p.behind(panels), Imm(1))
		JEQ(LabelRef(label + "last"))
		CMPQ(p.a.Offset(atFresh), Imm(0))
		JNE(LabelRef(label + "fresh"))
		loop(label, left, turns(nothingAhead))
		JMP(LabelRef(label + "clamp"))
		Label(label + "fresh")
		loop(label+"fresh", left, turns(weightsAhead))
		JMP(LabelRef(label + "clamp"))
		Label(label + "last")
		loop(label+"last", left, turns(pixelsAhead))
	}

	// Now the epilogue: each row's place is looked up again.
	Label(label + "clamp")
	if p.behind != nil && s.bytes == 32 {
		CMPQ(p.a.Offset(atFar), Imm(0))
		JEQ(LabelRef(label + "near"))
		for i := range m { // the next column's results, over what they are often added to
			MOVLQSX(p.yRows.Offset(4*i), row)
			PREFETCHT0(place(p.y, n))
		}
		Label(label + "near")
	}
	lo, hi := s.vec(), s.vec()
	VBROADCASTSS(p.a.Offset(atLo), lo)
	VBROADCASTSS(p.a.Offset(atHi), hi)
	to := GP64()
	store := func(first func(i, j int)) {
		for i := range m {
			MOVLQSX(p.yRows.Offset(4*i), to)
			for j := range n {
				first(i, j)
				clamp(acc[i][j], lo, hi)
				y := Mem{Base: p.y, Index: to, Scale: 4, Disp: j * s.bytes}
				if j == n-1 && tail == 0 {
					s.store(acc[i][j], p.masked, y)
				} else {
					VMOVUPS(acc[i][j], y)
				}
			}
		}
	}
	if s.bytes == 64 {
		// Each register at once: stores take turns from multiply-adds, more where they come together.
		TESTQ(p.residual, p.residual)
		JZ(LabelRef(label + "unadded"))
		store(addResidual)
		JMP(LabelRef(label + "stored"))
		Label(label + "unadded")
	}
	store(func(i, j int) {})
	if s.bytes == 64 {
		Label(label + "stored")
	}
	if tail > 0 {
		at := func(base reg.GPVirtual, rows Mem) func(i int) Mem {
			return func(i int) Mem {
				MOVLQSX(rows.Offset(4*i), row)
				return place(base, n)
			}
		}
		values := ends.turned()
		TESTQ(p.residual, p.residual)
		JZ(LabelRef("last"))
		ends.add(values, at(p.residual, p.addRows))
		Label("last")
		ends.store(values, lo, hi, at(p.y, p.yRows))
	}
	for _, next := range []Mem{bias, p.yRows, p.addRows} {
		ADDQ(Imm(uint64(4*m)), next.Base)
	}
	DECQ(panels)
	JNZ(LabelRef(label + "panel"))
}

// fetchToWrite fetches up to three lines that other cores have to give up, by PREFETCHW, which the assembler does not know.
func fetchToWrite(at Mem, lines int) {
	LEAQ(at.Offset(64), reg.RAX) // so that distances are of one byte
	for j := range lines {
		code := uint32(uint8(64*j-64))<<24 | 0x480d0f
		Instruction(&ir.Instruction{Opcode: "LONG", Operands: []Op{U32(code)}})
	}
}
