package simd

import (
	"math/rand/v2"
	"testing"
)

// Strassen's algorithm is held to the same as plain sums, on shapes for which nobody would use it:
// halves of odd numbers, columns left over, pairs of two heights.
func TestStrassen(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, level := range Levels() {
		for _, rows := range []int{16, 18, 20, 22, 24, 26, 32, 34, 36, 38, 40, 42, 46} {
			if rows < level.fewestPaired() {
				continue
			}
			for _, n := range []int{1, 7, 8, 31, 32, 33, 49, 64, 65, 68, 96, 98, 100, 194} {
				for _, depth := range []int{2, 4, 6, 10, 18, 22, 24, 72} {
					for _, add := range []bool{false, true} {
						testMultiply(t, r, packStrassen, level, rows, n, depth, 5, n+3, add)
					}
				}
			}
		}
		for start := range 16 { // of a cache line
			testMultiply(t, r, packStrassen, level, 44, 113, 20, start, 128, start%2 == 0)
			testMultiply(t, r, packStrassen, level, 44, 113, 130, start, 128, start%2 == 1)
		}
	}
}

// Assembly has pairs of panels from a height on, for the fewest rows and more.
func TestStrassenHeights(t *testing.T) {
	for level, least := range map[Level]int{AVX2: 4, AVX512: 6} {
		for rows := level.fewestPaired(); rows < 1000; rows += 2 {
			m := packStrassen(level, make([]float32, 2*rows), rows, 2, nil)
			if h := m.panels[0].height; h < least || m.MostRows() > MaxHeight {
				t.Errorf("%v: panels of %d, pairs of %d of %d rows", level, h, m.MostRows(), rows)
			}
		}
	}
}

func TestStrassenWherePays(t *testing.T) {
	for _, c := range []struct {
		Sizes
		avx2, avx512 bool
	}{
		{Sizes{512, 512, 196, false}, true, true}, {Sizes{72, 288, 196, false}, true, true}, {Sizes{1000, 512, 169, false}, true, false},
		{Sizes{128, 64, 3136, false}, true, true}, {Sizes{256, 256, 392, true}, true, false},
		{Sizes{512, 512, 98, false}, true, true},    // 2 behind a pair of AVX-512's tiles
		{Sizes{512, 512, 49, false}, false, false},  // a third of the columns is left over
		{Sizes{288, 72, 196, true}, false, true},    // what is added comes late for sums that are short
		{Sizes{200, 50, 196, true}, false, false},   // and later
		{Sizes{144, 36, 784, false}, false, false},  // sums are too short
		{Sizes{36, 144, 784, false}, false, false},  // few rows share the sums of a column
		{Sizes{511, 512, 196, false}, false, false}, // no halves
		{Sizes{512, 511, 196, false}, false, false},
		{Sizes{14, 512, 3136, false}, false, false}, // panels would have three rows
		{Sizes{1000, 1024, 1, false}, false, false},
	} {
		for level, want := range map[Level]bool{Go: false, AVX2: c.avx2, AVX512: c.avx512} {
			if got := level.Strassen(c.Sizes); got != want {
				t.Errorf("%+v, %v: %t", c.Sizes, level, got)
			}
		}
	}
}

// BenchmarkStrassen has the same products by plain sums and by Strassen's algorithm.
func BenchmarkStrassen(b *testing.B) {
	if Best() < AVX2 {
		b.Skip("no assembly")
	}
	for _, c := range [][3]int{{72, 288, 196}, {72, 288, 98}, {288, 72, 196}, {288, 72, 98}, {144, 288, 196}, {72, 144, 784}, {72, 144, 392},
		{36, 144, 784}, {144, 36, 784}, {48, 96, 192}, {116, 116, 196}, {232, 232, 196},
		{128, 64, 3136}, {128, 128, 3136}, {256, 256, 768}, {512, 512, 192}} {
		for _, level := range Levels()[1:] {
			b.Run("plain", func(b *testing.B) { benchMultiply(b, Pack, level, c[0], c[1], c[2]) })
			b.Run("strassen", func(b *testing.B) { benchMultiply(b, packStrassen, level, c[0], c[1], c[2]) })
		}
	}
}
