package simd

// Winograd is one of Winograd's minimal algorithms F(m×m, r×r): it computes m×m
// pixels of a convolution with r×r weights of stride 1 by (m+r−1)² multiplications
// in place of m²·r², in a tile d of (m+r−1)² pixels:
//
//	Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// (Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, Fast
// Algorithms for Convolutional Neural Networks, 2016, whose matrices these are.) The
// points where polynomials are evaluated are 0, ±1, with tiles of 6 ±2, and infinity.
type Winograd struct{ Out, Taps int } // m and r

// Algorithms lists those that there are: the more pixels at once, the fewer
// multiplications, and the larger the error.
func Algorithms() []Winograd { return []Winograd{{4, 3}, {2, 3}, {2, 5}} }

// Size is the tile's, m+r−1.
func (w Winograd) Size() int { return w.Out + w.Taps - 1 }

// filter is G.
func (w Winograd) filter() [][]float64 {
	switch w {
	case Winograd{2, 3}:
		return [][]float64{{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}}
	case Winograd{4, 3}:
		return [][]float64{{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6},
			{1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}}
	}
	return [][]float64{{1. / 4, 0, 0, 0, 0}, {-1. / 6, -1. / 6, -1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6, 1. / 6, -1. / 6},
		{1. / 24, 1. / 12, 1. / 6, 1. / 3, 2. / 3}, {1. / 24, -1. / 12, 1. / 6, -1. / 3, 2. / 3}, {0, 0, 0, 0, 1}}
}

// Weights transforms r×r weights: element p of G g Gᵀ becomes u[p·step].
func (w Winograd) Weights(u []float32, step int, g []float32) {
	f := w.filter()
	for i, a := range f {
		for j, b := range f {
			sum := 0.0
			for y, left := range a {
				for x, right := range b {
					sum += left * float64(g[y*w.Taps+x]) * right
				}
			}
			u[(i*len(f)+j)*step] = float32(sum)
		}
	}
}

// inputLine is Bᵀ times a column.
func (w Winograd) inputLine(d *[6]float32) [6]float32 {
	if w.Size() == 4 {
		return [6]float32{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]}
	}
	even, odd := d[4]-4*d[2], d[3]-4*d[1]
	even2, odd2 := d[4]-d[2], 2*(d[3]-d[1])
	return [6]float32{4*d[0] - 5*d[2] + d[4], even + odd, even - odd, even2 + odd2, even2 - odd2, 4*d[1] - 5*d[3] + d[5]}
}

// outputLine is Aᵀ times a column.
func (w Winograd) outputLine(m *[6]float32) [6]float32 {
	if w.Size() == 4 {
		return [6]float32{m[0] + m[1] + m[2], m[1] - m[2] - m[3]}
	}
	sum, difference := m[1]+m[2], m[1]-m[2]
	sum2, difference2 := m[3]+m[4], m[3]-m[4]
	if w.Out == 2 {
		return [6]float32{m[0] + sum + sum2, difference + 2*difference2 + m[5]}
	}
	return [6]float32{m[0] + sum + sum2, difference + 2*difference2, sum + 4*sum2, difference + 8*difference2 + m[5]}
}

// transform makes out×out results of size×size values each, of n tiles that lie side
// by side: value (i,j) of tile t is src[rows[i]+j·column+t].
type transform struct {
	src       []float32
	rows      [6]int
	column    int
	dst       []float32
	dstRow    int
	dstColumn int
	n         int // a whole number of registers is written
}

func (t *transform) runGo(size, out int, line func(*[6]float32) [6]float32) {
	for tile := range t.n {
		var half, column [6][6]float32
		for j := range size {
			for i := range size {
				column[j][i] = t.src[t.rows[i]+j*t.column+tile]
			}
			column[j] = line(&column[j])
		}
		for i := range out {
			for j := range size {
				half[i][j] = column[j][i]
			}
			row := line(&half[i])
			for j := range out {
				t.dst[i*t.dstRow+j*t.dstColumn+tile] = row[j]
			}
		}
	}
}
