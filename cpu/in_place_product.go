package cpu

import "slices"

// elsewhere makes a run that reads the input's planes where they are found: each, in all columns of
// the tasks, in one arena.
func (k *pointwise) elsewhere(first, last int, find finder) (r runFunc, ok bool) {
	moved := *k
	moved.memory, moved.in.Planes = find.memory, slices.Clone(k.in.Planes)
	found := make([]bool, len(k.in.Planes))
	for task := first; task < last; task++ {
		t := k.tile(task)
		base := t.sample*k.channels + t.group*k.depth
		for i := base; i < base+k.depth; i++ {
			behind, ok := find.find(int(k.in.Planes[i])+t.column, t.n)
			place := k.in.Planes[i] + int32(behind)
			if !ok || found[i] && moved.in.Planes[i] != place {
				return nil, false
			}
			moved.in.Planes[i], found[i] = place, true
		}
	}
	return moved.run, true
}
