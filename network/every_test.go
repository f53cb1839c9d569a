package network_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

type namedGraph struct {
	name  string
	plans int // how many kinds of plan to look at
	build func() (*network.Graph, error)
}

// everyGraph lists the zoo, the conformance cases and random graphs of views.
func everyGraph() (all []namedGraph) {
	views, plans := 150, 8
	if raceEnabled { // it takes ten times as long, and planning starts no goroutine
		views, plans = 40, 3
	}
	for i, name := range zoo.Names() {
		if raceEnabled && i%12 > 0 || strings.HasPrefix(name, "vgg") || strings.HasPrefix(name, "alexnet") {
			continue // chains of few layers, with half a gigabyte of weights
		}
		all = append(all, namedGraph{name, 3, func() (*network.Graph, error) {
			return zoo.Build(name, zoo.Options{Height: 64, Width: 64})
		}})
	}
	for _, c := range conformance.Cases() {
		all = append(all, namedGraph{c.Name, plans, c.Graph})
	}
	for i := range views {
		all = append(all, namedGraph{fmt.Sprint("random views ", i), plans, func() (*network.Graph, error) {
			return randomViews(rand.New(rand.NewPCG(uint64(i), 3)))
		}})
	}
	return all
}

// Every plan of every graph keeps the promises that backends rely on.
func TestEveryPlan(t *testing.T) {
	racing.Skip(t)
	promises := []func(*testing.T, *network.Graph, network.PlanOptions, *network.Plan){
		checkHazards, checkAlignment, checkGuards, checkCosts, checkSameAgain,
	}
	for _, c := range everyGraph() {
		t.Run(c.name, func(t *testing.T) {
			g, err := c.build()
			if err != nil {
				t.Fatal(err)
			}
			plans := append(everyFusion(), (conformance.Options{}).Plans()...)
			for i, o := range plans[:c.plans] {
				o.ElementBytes = []int{0, 2}[i%2]
				p, err := network.NewPlan(g, o)
				if err != nil {
					t.Fatalf("%+v: %v", o, err)
				}
				for _, check := range promises {
					check(t, g, o, p)
				}
				if t.Failed() {
					t.Fatalf("planned with %+v:\n%v", o, p)
				}
			}
		})
		if t.Failed() {
			return // one plan is enough to read
		}
	}
}

// everyFusion are plans in which all is fused that can be.
func everyFusion() []network.PlanOptions {
	return conformance.FusedPlans(network.PlanOptions{Fuse: network.FuseAll, SharedFloats: 4096})
}

// randomViews is a chain of operators that move no data on a small tensor of
// rank 1 to 5, now and then with an addition or an activation between them.
func randomViews(r *rand.Rand) (*network.Graph, error) {
	b := network.NewBuilder("views")
	shape := make([]int, 1+r.IntN(5))
	for d := range shape {
		shape[d] = 1 + r.IntN(6)
	}
	pool := []value{b.Input("x", shape...)}
	for i := range 2 + r.IntN(7) {
		x := pool[max(0, len(pool)-1-r.IntN(3))]
		pool = append(pool, randomView(b, r, fmt.Sprint("v", i), x, pool)...)
	}
	outs := []value{pool[len(pool)-1]}
	for _, v := range pool[1:] {
		if r.IntN(4) == 0 && !slices.Contains(outs, v) {
			outs = append(outs, v)
		}
	}
	return b.Build(outs...)
}

func randomView(b *network.Builder, r *rand.Rand, name string, x value, pool []value) []value {
	s, axis := x.Shape, r.IntN(max(1, len(x.Shape)))
	one := func(op network.Op, in ...value) []value { return []value{b.Apply(name, op, in...)} }
	if len(s) == 0 {
		return one(network.Reshape{Shape: dims(1, 1)}, x)
	}
	signed := axis
	if r.IntN(2) == 0 {
		signed -= len(s) // counted from the end
	}
	switch r.IntN(9) {
	case 0:
		if len(s) > 1 {
			return one(network.ChannelShuffle{Groups: divisor(r, s[1])}, x)
		}
	case 1, 2:
		shape, rest := []int{}, s.Size()
		for range r.IntN(4) {
			d := divisor(r, rest)
			shape, rest = append(shape, d), rest/d
		}
		return one(network.Reshape{Shape: append(shape, rest)}, x)
	case 3, 4:
		return one(network.Transpose{Perm: r.Perm(len(s))}, x)
	case 5:
		start := r.IntN(s[axis])
		return one(network.Slice{Axis: signed, Start: start, End: start + 1 + r.IntN(s[axis]-start), Step: 1 + r.IntN(3)}, x)
	case 6:
		if s[axis] > 1 {
			at := 1 + r.IntN(s[axis]-1)
			return b.ApplyAll(name, network.Split{Axis: signed, Sizes: []int{at, s[axis] - at}}, x)
		}
	case 7:
		in := []value{x}
		for _, y := range pool {
			like := len(y.Shape) == len(s) && s.Size()+y.Shape.Size() < 2000
			for d := range s {
				like = like && (d == axis || y.Shape[d] == s[d])
			}
			if like && r.IntN(2) == 0 {
				in = append(in, y)
			}
		}
		r.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		return one(network.Concat{Axis: signed}, in...)
	}
	if r.IntN(2) == 0 {
		return one(network.Activate{Fn: network.Clip(-1, 1e9)}, x)
	}
	return one(network.Binary{Fn: network.FnAdd}, x, x)
}

func divisor(r *rand.Rand, n int) int {
	for {
		if d := 1 + r.IntN(n); n%d == 0 {
			return d
		}
	}
}
