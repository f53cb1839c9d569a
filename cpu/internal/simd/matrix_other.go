//go:build noasm || !amd64

package simd

import "runtime"

// fastAxpy says that gonum's loop is faster than tiles of 4x4, for which amd64 has too
// few registers.
const fastAxpy = runtime.GOARCH == "amd64"

func levels() []Level { return []Level{Go} }

func (m *Matrix) multiply(p *Product, n, first, last int) { m.multiplyGo(p, n, first, last) }

func (m *Matrix) lead(*Product, int, int) int { return 0 }

// runStrassen is never called at level Go.
func (m *Matrix) runStrassen(p *Product, pairs, tail, first, last int) {}

// Run is never called: NewWindow makes none here.
func (w *Window) Run(*Sweep) {}

func (t *Tiling) input(f *transform)  { f.runGo(t.Size(), t.Size(), t.inputLine) }
func (t *Tiling) output(f *transform) { f.runGo(t.Size(), t.Winograd.Out, t.outputLine) }

// None of these is called at level Go.
func (p *Norm) run(Level, int) {}

func (t *Tiling) spreadRows(dst []float32, column int, x []float32, rows, lo, hi int) {}
func (t *Tiling) gather(s *Sweep, src []float32, pitch int, g *Segment)               {}

// Evens is dst[i] = src[2·i].
func Evens(dst, src []float32) { evensGo(dst, src) }

// Pause is what to do in a loop that waits.
func Pause() {}

// Halves is the level that matrices in fp16 have at a level.
func (l Level) Halves() Level { return l }

// multiply is never called at level Go.
func (m *Compact) multiply(sums *[CompactRows]float32, first, last int, x []float32, rows []int32) {}
