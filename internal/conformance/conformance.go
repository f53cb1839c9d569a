// Package conformance says what a backend must be able to do: a table of small
// networks with seeded weights, odd on purpose, that every backend runs and whose
// every step is compared with the reference.
package conformance

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// Case is one small network.
type Case struct {
	Name string
	add  func(b *builder) []*network.Value // returns the outputs
}

// Graph builds the network; always the same one.
func (c Case) Graph() (*network.Graph, error) {
	b := newBuilder(c.Name)
	outs := c.add(b)
	g, err := b.Build(outs...)
	if err != nil {
		return nil, fmt.Errorf("conformance: case %s: %w", c.Name, err)
	}
	return g, nil
}

// Inputs makes tensors for the network's inputs; always the same ones.
func (c Case) Inputs(g *network.Graph) []*tensor.Tensor {
	r := seeded("inputs of " + c.Name)
	var in []*tensor.Tensor
	for _, v := range g.Inputs {
		in = append(in, noise(r, 1, v.Shape...))
	}
	return in
}

// Cases lists all networks. Their names are unique.
func Cases() []Case {
	return slices.Concat(pointwiseCases(), deepCases(), convCases(), depthwiseCases(), winogradCases(), poolCases(), denseCases(),
		elementwiseCases(), sqrtCases(), shuffleCases(), joinCases(), residualCases(), unitCases(), fusedCases(), stemCases(), besideCases(), classifierCases(), formCases(), binaryCases(),
		transposeCases(), normCases(), meanCases(), productCases(), resampleCases(), looseCases(), wideCases(), softmaxCases(), randomCases(60))
}

// Options says what is expected of a backend.
type Options struct {
	// Tolerance is the largest difference allowed, relative to the largest
	// magnitude in the tensor. 0 means 1e-4.
	Tolerance float64
	// Short leaves out most kinds of plan, for slow backends.
	Short bool
	// Only leaves out cases whose names do not begin so.
	Only string
	// Sample leaves out cases: it takes the first of each kind, and of the others one in
	// so many. 0 takes all.
	Sample int

	// Of is how many share the cases that are left, if not 0; Share, from 0, says which
	// of them this is.
	Share, Of int
	// Unsupported names exactly the cases for which the backend's Prepare returns
	// network.ErrUnsupported.
	Unsupported []string
}

// Plans are the ways in which every case is planned.
func (o Options) Plans() []network.PlanOptions {
	all := []network.PlanOptions{
		{},
		{Guard: 16, Align: 4},
		{NoFusion: true},
		{Guard: 16},
		{Align: 4, CopyShuffles: true},
		{Guard: 16, NoFusion: true, Align: 4},
	}
	if o.Short {
		return all[:2]
	}
	return all
}

// FusedPlans are ways of planning with as much fused as fits, in tiles of different
// sizes: launches cost so much that nothing else counts. o says what can be fused.
func FusedPlans(o network.PlanOptions) []network.PlanOptions {
	if o.Fuse == 0 {
		return nil
	}
	large, small := o, o
	large.Cost = network.DefaultCost
	large.Cost.Launch = 1e9
	small.Cost = large.Cost
	large.Cost.Groups, large.Cost.Wave = 1, 1       // one work group is enough
	small.Cost.Groups, small.Cost.Shared = 1000, 64 // memory for narrow ones at best
	small.Guard, small.Align = 16, 4
	if o.Fuser != nil { // which goes by floats alone
		large.Fuse |= network.FuseAlways
		small.Fuse |= network.FuseAlways
		small.SharedFloats = 600 // a row of some cases, several of others
	}
	return []network.PlanOptions{large, small}
}

// plansOf adds to Plans what the backend wishes its plans to be, and keeps all to
// the alignment that it needs.
func (o Options) plansOf(b network.Backend) []network.PlanOptions {
	plans := o.Plans()
	if p, ok := b.(network.Planner); ok {
		wish := p.PlanOptions()
		guarded := wish
		guarded.Guard, guarded.Align = 16, max(wish.Align, 4)
		var kept []network.PlanOptions
		for _, o := range append(append(plans, wish, guarded), FusedPlans(wish)...) {
			o.Align, o.ElementBytes = max(o.Align, wish.Align), wish.ElementBytes
			if !slices.Contains(kept, o) {
				kept = append(kept, o)
			}
		}
		plans = kept
	}
	return plans
}

// sampled are the cases to run.
func (o Options) sampled() []Case {
	var some []Case
	kinds := map[string]bool{}
	taken := 0
	for i, c := range Cases() {
		kind, _, _ := strings.Cut(c.Name, "/")
		if strings.HasPrefix(c.Name, o.Only) && (o.Sample == 0 || !kinds[kind] || i%o.Sample == 0) {
			if o.Of == 0 || taken%o.Of == o.Share {
				some = append(some, c)
			}
			taken++
		}
		kinds[kind] = true
	}
	return some
}

// Run runs the cases on a backend, each as a subtest.
func Run(t *testing.T, b network.Backend, o Options) {
	known := map[string]bool{}
	for _, c := range Cases() {
		known[c.Name] = true
	}
	for _, c := range o.sampled() {
		t.Run(c.Name, func(t *testing.T) {
			err := RunCase(b, c, o)
			listed := slices.Contains(o.Unsupported, c.Name)
			switch {
			case errors.Is(err, network.ErrUnsupported) && listed:
				t.Skip(err)
			case errors.Is(err, network.ErrUnsupported):
				t.Errorf("not listed as unsupported: %v", err)
			case err != nil:
				t.Error(err)
			case listed:
				t.Error("listed as unsupported, but it works")
			}
		})
	}
	for _, name := range o.Unsupported {
		if !known[name] {
			t.Errorf("%q is listed as unsupported, and is no case", name)
		}
	}
}

// RunCase runs one case with every kind of plan.
func RunCase(b network.Backend, c Case, o Options) error {
	g, err := c.Graph()
	if err != nil {
		return err
	}
	x, err := newExpectation(g, c.Inputs(g), o.Tolerance)
	if err != nil {
		return err
	}
	checked := map[string]bool{}
	for _, po := range o.plansOf(b) {
		p, err := network.NewPlan(g, po)
		if err != nil {
			return fmt.Errorf("planning with %+v: %v", po, err) // %v: the backend is not to blame
		}
		// Most cases have nothing that is fused in one plan and not in another.
		key := fmt.Sprint(p, p.Guards, po.Align, po.PlaneAlign)
		if checked[key] {
			continue
		}
		checked[key] = true
		if err := x.check(b, p); err != nil {
			return fmt.Errorf("planned with %+v: %w\n%v", po, err, p)
		}
	}
	return nil
}

// seeded is a generator that depends on nothing but the name.
func seeded(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

func noise(r *rand.Rand, scale float64, shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(scale * r.NormFloat64())
	}
	return t
}
