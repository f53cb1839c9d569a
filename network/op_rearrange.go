package network

import "github.com/shufflegl/shufflegl/tensor"

// Rearrange is several operators that move no data as one, so that a copy, where
// one is needed, is made once: Op applied to what each of From makes of the
// inputs, which they take one after the other. The zero Rearrange is an input
// itself.
type Rearrange struct {
	Op   Op
	From []Rearrange
}

func (Rearrange) Kind() string { return "Rearrange" }

func (r Rearrange) Infer(in []tensor.Shape) ([]tensor.Shape, error) {
	if err := operands(in, r.leaves(), 0); err != nil {
		return nil, err
	}
	if r.Op == nil {
		return one(in[0]...)
	}
	var shapes []tensor.Shape
	for _, f := range r.From {
		outs, err := f.Infer(in[:f.leaves()])
		if err != nil {
			return nil, err
		}
		shapes, in = append(shapes, outs[0]), in[f.leaves():]
	}
	return r.Op.Infer(shapes)
}

// Shape is the result's shape, for inputs of which there may be more than it
// takes. They must fit.
func (r Rearrange) Shape(in []tensor.Shape) tensor.Shape {
	outs, err := r.Infer(in[:r.leaves()])
	if err != nil {
		return nil
	}
	return outs[0]
}

// leaves is the number of inputs.
func (r Rearrange) leaves() int {
	if r.Op == nil {
		return 1
	}
	n := 0
	for _, f := range r.From {
		n += f.leaves()
	}
	return n
}

// remap follows an element of the result back to the input that it comes from.
func (r Rearrange) remap(in []tensor.Shape) remap {
	if r.Op == nil {
		return func(i int) (int, int) { return 0, i }
	}
	var shapes []tensor.Shape
	var from []remap
	var first []int
	for at, k := 0, 0; k < len(r.From); k++ {
		f := r.From[k]
		part := in[at : at+f.leaves()]
		shapes, from, first = append(shapes, f.Shape(part)), append(from, f.remap(part)), append(first, at)
		at += f.leaves()
	}
	last := remapOf(countedAxis(r.Op, shapes[0]), 0, shapes)
	return func(i int) (int, int) {
		k, j := last(i)
		input, element := from[k](j)
		return first[k] + input, element
	}
}
