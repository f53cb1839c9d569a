package onnx

import (
	"fmt"
	"slices"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/onnx/internal/onnxpb"
)

// order gives the nodes that the outputs depend on, each after those it reads
// from: in the file's order as far as that is one. It checks that every name is
// given once.
func (im *importer) order() ([]*onnxpb.NodeProto, error) {
	nodes := im.file.GetNode()
	if len(nodes) > maxNodes {
		return nil, fmt.Errorf("%d nodes, at most %d: %w", len(nodes), maxNodes, network.ErrUnsupported)
	}
	producer := map[string]int{}
	for i, p := range nodes {
		for _, out := range p.GetOutput() {
			if out == "" {
				continue
			}
			if im.taken[out] {
				return nil, fmt.Errorf("%s: %w: something else makes %s too", title(p, nodeName(p)), ErrInvalid, quote(out))
			}
			im.taken[out] = true
			producer[out] = i
		}
	}
	for _, p := range nodes {
		for _, in := range p.GetInput() {
			if in != "" && !im.taken[in] {
				return nil, fmt.Errorf("%s: %w: nothing makes its input %s", title(p, nodeName(p)), ErrInvalid, quote(in))
			}
		}
	}
	if err := acyclic(nodes, producer); err != nil {
		return nil, err
	}
	return im.live(nodes, producer), nil
}

// acyclic puts nodes in order in place, if they are not.
func acyclic(nodes []*onnxpb.NodeProto, producer map[string]int) error {
	const (
		unseen = iota
		entered
		placed
	)
	state := make([]int, len(nodes))
	sorted := make([]int, 0, len(nodes))
	// A stack of our own: a file may have a chain longer than Go's.
	type visit struct{ node, input int }
	for root := range nodes {
		if state[root] != unseen {
			continue
		}
		state[root] = entered
		for stack := []visit{{root, 0}}; len(stack) > 0; {
			top := &stack[len(stack)-1]
			p := nodes[top.node]
			if top.input == len(p.GetInput()) {
				state[top.node] = placed
				sorted = append(sorted, top.node)
				stack = stack[:len(stack)-1]
				continue
			}
			from, computed := producer[p.GetInput()[top.input]]
			top.input++
			if !computed || state[from] == placed {
				continue
			}
			if state[from] == entered {
				return fmt.Errorf("%s: %w: its nodes form a cycle", title(p, nodeName(p)), ErrInvalid)
			}
			state[from] = entered
			stack = append(stack, visit{from, 0})
		}
	}
	at := make([]int, len(nodes))
	given := slices.Clone(nodes)
	for to, from := range sorted {
		nodes[to], at[from] = given[from], to
	}
	for name, i := range producer {
		producer[name] = at[i]
	}
	return nil
}

// live leaves out nodes that no output depends on.
func (im *importer) live(nodes []*onnxpb.NodeProto, producer map[string]int) []*onnxpb.NodeProto {
	needed := make([]bool, len(nodes))
	need := func(name string) {
		if i, ok := producer[name]; ok {
			needed[i] = true
		}
	}
	for _, o := range im.file.GetOutput() {
		need(o.GetName())
	}
	var kept []*onnxpb.NodeProto
	for i, p := range slices.Backward(nodes) {
		if !needed[i] {
			continue
		}
		for _, in := range p.GetInput() {
			need(in)
		}
		kept = append(kept, p)
	}
	slices.Reverse(kept)
	return kept
}
