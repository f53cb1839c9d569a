package cpu

import "github.com/shufflegl/shufflegl/network"

// resample resizes and pads: each output row is first mixed of input rows, then
// read column by column.
type resample struct {
	epilogue
	in    network.View
	op    network.Resample
	chunk int
}

func newResample(s *network.Step, threads int) (kernel, error) {
	op, ok := s.Op.(network.Resample)
	if !ok {
		return kernel{}, errOperator
	}
	k := &resample{epilogue: newEpilogue(s), in: s.Inputs[0], op: op}
	var tasks int
	tasks, k.chunk = chunks(len(k.in.Planes), threads)
	return kernel{tasks: tasks, scratch: k.in.Width + k.out.Width, run: k.run}, nil
}

func (k *resample) run(task int, arena, scratch []float32) {
	line, out := scratch[:k.in.Width], scratch[k.in.Width:][:k.out.Width]
	for p := task * k.chunk; p < min((task+1)*k.chunk, len(k.in.Planes)); p++ {
		plane := arena[k.in.Planes[p]:]
		for i, rows := range k.op.Rows {
			clear(line)
			beyond := float32(0) // what stands for columns that are not there
			for _, a := range rows {
				beyond += a.Weight * k.op.Fill
				if a.From < 0 {
					for x := range line {
						line[x] += a.Weight * k.op.Fill
					}
					continue
				}
				for x, v := range plane[a.From*k.in.RowStride:][:k.in.Width] {
					line[x] += a.Weight * v
				}
			}
			for j, columns := range k.op.Columns {
				out[j] = 0
				for _, b := range columns {
					v := beyond
					if b.From >= 0 {
						v = line[b.From]
					}
					out[j] += b.Weight * v
				}
			}
			k.store(arena, p, i*k.out.Width, k.out.Width, out)
		}
	}
}
