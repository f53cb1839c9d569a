package simd

import "testing"

// Every level makes all its multiply-adds, and counts them.
func TestMultiplyAdds(t *testing.T) {
	for _, l := range Levels() {
		for _, turns := range []int{1, 7, 1000} {
			n, err := l.MultiplyAdds(turns)
			if want := map[Level]int{Go: 8, AVX2: 12 * 8, AVX512: 12 * 16}[l] * turns; err != nil || n != want {
				t.Errorf("%v, %d turns: %d multiply-adds, %v; want %d", l, turns, n, err, want)
			}
		}
	}
}
