package record

import "slices"

// Pair is the same part of a network on two backends. Backends fuse differently,
// so either side may be several layers.
type Pair struct {
	Source []string // layers of the model, in order
	A, B   []Layer
}

// Join brings together the layers of two records of one model that stand for the
// same layers of the model. The order is that of a; what only b has comes last.
func Join(a, b []Layer) []Pair {
	group := map[string]int{} // of each layer of the model, an index into parent
	var parent []int
	var find func(i int) int
	find = func(i int) int {
		if parent[i] != i {
			parent[i] = find(parent[i])
		}
		return parent[i]
	}
	key := func(l *Layer) []string {
		if len(l.Source) == 0 {
			return []string{"\x00" + l.Name} // stands for nothing that the model has: a copy
		}
		return l.Source
	}
	both := [][]Layer{a, b}
	for _, side := range both {
		for i := range side {
			first := -1
			for _, s := range key(&side[i]) {
				g, ok := group[s]
				if !ok {
					g = len(parent)
					parent, group[s] = append(parent, g), g
				}
				if first < 0 {
					first = find(g)
				} else {
					parent[find(g)] = first
				}
			}
		}
	}
	var pairs []Pair
	at := map[int]int{}
	for which, side := range both {
		for i := range side {
			g := find(group[key(&side[i])[0]])
			n, ok := at[g]
			if !ok {
				n, at[g] = len(pairs), len(pairs)
				pairs = append(pairs, Pair{})
			}
			p := &pairs[n]
			if which == 0 {
				p.A = append(p.A, side[i])
			} else {
				p.B = append(p.B, side[i])
			}
			for _, s := range side[i].Source {
				if !slices.Contains(p.Source, s) {
					p.Source = append(p.Source, s)
				}
			}
		}
	}
	return pairs
}
