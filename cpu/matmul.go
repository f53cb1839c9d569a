package cpu

import "github.com/shufflegl/shufflegl/network"

// matmul multiplies computed matrices, some rows of the result a task.
type matmul struct {
	a, b, out, residual  []int32 // arena offsets in row-major order
	left, right          []int32 // the operands' matrices for each of the result
	rows, depth, columns int
	all, chunk           int // rows of all matrices, and of a task
	act                  network.Activation
}

func newMatmul(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.MatMul)
	if !ok {
		return kernel{}, errOperator
	}
	a, b := s.Inputs[0].Shape, s.Inputs[1].Shape
	k := &matmul{a: offsets(s.Inputs[0]), b: offsets(s.Inputs[1]), out: offsets(s.Output), act: s.Act,
		rows: a[len(a)-2], depth: a[len(a)-1], columns: b[len(b)-1]}
	if s.Residual != nil {
		k.residual = offsets(*s.Residual)
	}
	k.left, k.right = op.Pairs(a, b)
	k.all = len(k.left) * k.rows
	tasks := 0
	tasks, k.chunk = chunks(k.all, threads)
	return kernel{tasks: tasks, scratch: k.columns, run: k.run}, nil
}

func (k *matmul) run(task int, arena, scratch []float32) {
	for line := task * k.chunk; line < min((task+1)*k.chunk, k.all); line++ {
		k.line(line, arena, scratch)
	}
}

// line is a row of a matrix of the result, counted over all of them.
func (k *matmul) line(n int, arena, scratch []float32) {
	matrix, row := n/k.rows, n%k.rows
	line := scratch[:k.columns]
	clear(line)
	a := k.a[(int(k.left[matrix])*k.rows+row)*k.depth:][:k.depth]
	b := k.b[int(k.right[matrix])*k.depth*k.columns:]
	for d, at := range a {
		f := arena[at]
		for j, at := range b[d*k.columns:][:k.columns] {
			line[j] += f * arena[at]
		}
	}
	for j, v := range line {
		e := n*k.columns + j
		if k.residual != nil {
			v += arena[k.residual[e]]
		}
		arena[k.out[e]] = activated(v, k.act)
	}
}
