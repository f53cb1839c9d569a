package simd

import (
	"fmt"
	"time"
)

// MultiplyAdds makes multiply-adds that do not wait for each other, and nothing else,
// and returns how many. Its error says that they came out wrong.
func (l Level) MultiplyAdds(turns int) (int, error) {
	if l == Go {
		return multiplyAddsGo(turns)
	}
	x := [16]float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	lanes := l.shape().lanes
	sum := l.squares(&x, turns)
	for _, v := range sum[:lanes] {
		if want := float32(chains * turns); v != want {
			return 0, fmt.Errorf("simd: %v: the sum of %d multiply-adds is %g", l, chains*turns, v)
		}
	}
	return chains * turns * lanes, nil
}

// multiplyAddsGo has eight chains, each times a factor plus a term. What they begin
// with is not known to the compiler, which would make equal chains one.
func multiplyAddsGo(turns int) (int, error) {
	f, t := unknown[0], unknown[0]
	a, b, c, d, e, g, h, i := unknown[0], unknown[1], unknown[2], unknown[3], unknown[4], unknown[5], unknown[6], unknown[7]
	for range turns {
		a = a*f + t
		b = b*f + t
		c = c*f + t
		d = d*f + t
		e = e*f + t
		g = g*f + t
		h = h*f + t
		i = i*f + t
	}
	if sum := a + b + c + d + e + g + h + i; sum != float32(8*turns+36) {
		return 0, fmt.Errorf("simd: Go: the sum of %d multiply-adds is %g", 8*turns, sum)
	}
	return 8 * turns, nil
}

var unknown = [8]float32{1, 2, 3, 4, 5, 6, 7, 8}

// Peak measures what one core can multiply-add at this level, in a loop of nothing
// else: multiply-adds a second, the best of several short runs.
func (l Level) Peak() float64 {
	best := 0.0
	for range 50 {
		start := time.Now()
		n, err := l.MultiplyAdds(20000)
		if err != nil {
			return 0
		}
		best = max(best, float64(n)/time.Since(start).Seconds())
	}
	return best
}
