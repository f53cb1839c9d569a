package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// The inner loops against gonum's own matrix product.
func TestProductsAgainstGemm(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, s := range []struct{ m, n, k int }{{1, 1, 1}, {3, 7, 5}, {16, 49, 20}, {5, 100, 1}, {2, 3, 64}} {
		w, x, c := noise(r, s.m, s.k), noise(r, s.k, s.n), noise(r, s.m, s.n)
		want := c.Clone()
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, blas32.General{Rows: s.m, Cols: s.k, Stride: s.k, Data: w.Data},
			blas32.General{Rows: s.k, Cols: s.n, Stride: s.n, Data: x.Data}, 1,
			blas32.General{Rows: s.m, Cols: s.n, Stride: s.n, Data: want.Data})

		// The rows of x in any order, as a shuffle leaves them.
		rows, shuffled, columns := make([]int32, s.k), make([]float32, s.k*s.n), make([]float32, s.k*s.n)
		for k, to := range r.Perm(s.k) {
			rows[k] = int32(to * s.n)
			copy(shuffled[to*s.n:], x.Data[k*s.n:(k+1)*s.n])
			for j := range s.n {
				columns[j*s.k+k] = x.Data[k*s.n+j]
			}
		}
		byRows, byDots := c.Clone(), c.Clone()
		accumulate(byRows.Data, s.m, s.n, w.Data, shuffled, rows)
		accumulateDots(byDots.Data, s.m, s.n, s.k, w.Data, columns)
		for i, v := range want.Data {
			if math.Abs(float64(byRows.Data[i]-v)) > 1e-4 || math.Abs(float64(byDots.Data[i]-v)) > 1e-4 {
				t.Fatalf("%v: element %d is %v by rows, %v by dots, want %v", s, i, byRows.Data[i], byDots.Data[i], v)
			}
		}
	}
}

func TestGridCoversEverythingOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 8} {
		for _, s := range []struct{ samples, groups, rows, columns, depth int }{
			{1, 1, 1, 1, 1}, {1, 1, 1024, 49, 1024}, {2, 3, 20, 784, 80}, {1, 8, 48, 12544, 27}, {3, 1, 100, 50, 3000},
		} {
			g, tasks := newGrid(s.samples, s.groups, s.rows, s.columns, s.depth, threads)
			count := make([]uint8, s.samples*s.groups*s.rows*s.columns)
			for task := range tasks {
				sample, group, column, n, first, last := g.tile(task)
				for m := first; m < last; m++ {
					at := ((sample*s.groups+group)*s.rows+m)*s.columns + column
					for i := range n {
						count[at+i]++
					}
				}
			}
			for i, c := range count {
				if c != 1 {
					t.Fatalf("%d threads, %+v: element %d is computed %d times", threads, s, i, c)
				}
			}
		}
	}
}

func TestInside(t *testing.T) {
	for in := range 6 {
		for out := range 6 {
			for stride := 1; stride < 4; stride++ {
				for shift := -8; shift < 8; shift++ {
					lo, hi := inside(in, out, stride, shift)
					for i := range out {
						at := i*stride + shift
						if met := at >= 0 && at < in; met != (i >= lo && i < hi) {
							t.Fatalf("inside(%d, %d, %d, %d) = [%d, %d), but output %d meets %d", in, out, stride, shift, lo, hi, i, at)
						}
					}
					if lo < 0 || lo > hi || hi > out {
						t.Fatalf("inside(%d, %d, %d, %d) = [%d, %d)", in, out, stride, shift, lo, hi)
					}
				}
			}
		}
	}
}
