package network

import "github.com/shufflegl/shufflegl/tensor"

// Builder adds nodes to a graph and remembers the first error, so that a
// network can be written down as one flow of calls.
type Builder struct {
	Graph *Graph
	err   error
}

// NewBuilder starts an empty graph.
func NewBuilder(name string) *Builder { return &Builder{Graph: NewGraph(name)} }

// Input adds a graph input.
func (b *Builder) Input(name string, shape ...int) *Value { return b.Graph.Input(name, shape...) }

// Const makes a constant value.
func (b *Builder) Const(name string, t *tensor.Tensor) *Value { return b.Graph.Const(name, t) }

// Apply adds a node and returns its first output; after an error it does
// nothing and returns a value of no use.
func (b *Builder) Apply(name string, op Op, inputs ...*Value) *Value {
	return b.ApplyAll(name, op, inputs...)[0]
}

// ApplyAll is Apply for operators with several outputs.
func (b *Builder) ApplyAll(name string, op Op, inputs ...*Value) []*Value {
	if b.err == nil {
		outs, err := b.Graph.Apply(name, op, inputs...)
		if err == nil {
			return outs
		}
		b.err = err
	}
	void := make([]*Value, 1)
	if s, ok := op.(Split); ok {
		void = make([]*Value, max(1, len(s.Sizes)))
	}
	for i := range void {
		void[i] = &Value{Name: name}
	}
	return void
}

// Build marks the outputs and returns the graph, or the first error.
func (b *Builder) Build(outputs ...*Value) (*Graph, error) {
	if b.err != nil {
		return nil, b.err
	}
	b.Graph.Output(outputs...)
	return b.Graph, nil
}
