package network_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// What PyTorch and others export for a channel shuffle is recognised whatever
// rank it is written in.
func TestRecogniseShuffle(t *testing.T) {
	for groups := 2; groups <= 8; groups++ {
		per := groups%3 + 2
		c := groups * per
		var cases []rewriting
		for _, form := range []struct{ name, mid, perm string }{
			{"5-D", fmt.Sprintf("2x%dx%dx3x5", groups, per), "0,2,1,3,4"},
			{"4-D, pixels in one", fmt.Sprintf("2x%dx%dx15", groups, per), "0,2,1,3"},
			{"6-D", fmt.Sprintf("2x%dx%dx3x1x5", groups, per), "0,2,1,3,4,5"},
			{"with a dimension of one", fmt.Sprintf("2x%dx1x%dx15", groups, per), "0,3,2,1,4"},
		} {
			cases = append(cases, rewriting{fmt.Sprintf("%d groups, %s", groups, form.name), fmt.Sprintf(`
				x = input 2x%[1]dx3x5
				c = softmax : x
				r = reshape %[2]s : c
				p = transpose %[3]s : r
				y = reshape 2x%[1]dx3x5 : p
				out y`, c, form.mid, form.perm), fmt.Sprintf(`
				c = softmax : x
				y = shuffle g%d : c`, groups)})
		}
		cases = append(cases, rewriting{fmt.Sprintf("%d groups, the only sample folded in", groups), fmt.Sprintf(`
				x = input 1x%[1]dx3x5
				c = softmax : x
				r = reshape %[2]dx%[3]dx15 : c
				p = transpose 1,0,2 : r
				y = reshape 1x%[1]dx3x5 : p
				out y`, c, groups, per), fmt.Sprintf(`
				c = softmax : x
				y = shuffle g%d : c`, groups)},
			rewriting{fmt.Sprintf("%d groups of a matrix", groups), fmt.Sprintf(`
				x = input 3x%[1]d
				c = softmax : x
				r = reshape 3x%[2]dx%[3]d : c
				p = transpose 0,2,1 : r
				y = reshape 3x%[1]d : p
				out y`, c, groups, per), fmt.Sprintf(`
				c = softmax : x
				y = shuffle g%d : c`, groups)})
		checkRewritings(t, cases)
	}
}

// Of these, no reshaping is a channel shuffle.
func TestLookAlikesAreNoShuffle(t *testing.T) {
	// Where planes are taken apart, the permutation and what follows are one.
	whole := func(name, x, mid, perm, out string) rewriting {
		return rewriting{name, fmt.Sprintf(`
			x = input %s
			c = softmax : x
			r = reshape %s : c
			p = transpose %s : r
			y = reshape %s : p
			out y`, x, mid, perm, out), unchanged}
	}
	look := func(name, x, mid, perm, out string) rewriting {
		return rewriting{name, whole(name, x, mid, perm, out).before, fmt.Sprintf(`
			c = softmax : x
			r = reshape %s : c
			y = rearrange : r`, mid)}
	}
	checkRewritings(t, []rewriting{
		look("pixels move", "1x6x4x4", "1x6x2x8", "0,1,3,2", "1x6x4x4"),
		look("rows and columns swap", "1x6x4x4", "1x2x3x4x4", "0,1,2,4,3", "1x6x4x4"),
		whole("channels and rows swap", "1x4x4x2", "1x4x4x2x1", "0,2,1,3,4", "1x4x4x2"),
		look("channels in reverse", "1x8x3x3", "1x2x2x2x9", "0,3,2,1,4", "1x8x3x3"),
		whole("the batch takes part", "2x6x3x3", "2x6x9", "1,0,2", "2x6x3x3"),
		whole("batch and groups swap", "4x4x3x3", "2x2x4x9", "1,0,2,3", "4x4x3x3"),
		look("another shape comes out", "1x6x4x4", "1x2x3x16", "0,2,1,3", "1x6x2x8"),
		look("half a channel moves", "1x6x4x4", "1x2x6x8", "0,2,1,3", "1x6x4x4"),
		{"the reshaped is read elsewhere", `
			x = input 1x6x2x2
			c = softmax : x
			r = reshape 1x2x3x4 : c
			p = transpose 0,2,1,3 : r
			y = reshape 1x6x2x2 : p
			z = softmax : r
			out y z`, `
			c = softmax : x
			r = reshape 1x2x3x4 : c
			y = rearrange : r
			z = softmax : r`},
		{"the transposed is an output", `
			x = input 1x6x2x2
			c = softmax : x
			r = reshape 1x2x3x4 : c
			p = transpose 0,2,1,3 : r
			y = reshape 1x6x2x2 : p
			out y p`, unchanged},
		{"no reshape before", `
			x = input 1x2x3x4
			c = softmax : x
			p = transpose 0,2,1,3 : c
			y = reshape 1x6x2x2 : p
			out y`, `
			c = softmax : x
			y = rearrange : c`},
	})
}

// Layers of the source are named in the plan, also of nodes that were fused.
func TestShuffleKeepsItsLayersNames(t *testing.T) {
	g := network.Optimize(parse(t, `
		x = input 1x6x2x2
		c = softmax : x
		r = reshape 1x2x3x4 : c
		p = transpose 0,2,1,3 : r
		y = reshape 1x6x2x2 : p
		out y`))
	if got := g.Nodes[1].Layers(); !slices.Equal(got, []string{"r", "p", "y"}) {
		t.Errorf("the shuffle stands for %v", got)
	}
}

// Out of G·n channels, output c·G+q is input q·n+c: a permutation that the
// shuffle of n groups undoes.
func TestChannelShuffleSource(t *testing.T) {
	for c := 1; c <= 64; c++ {
		for g := 1; g <= c; g++ {
			if c%g != 0 {
				continue
			}
			s, inverse, n := network.ChannelShuffle{Groups: g}, network.ChannelShuffle{Groups: c / g}, c/g
			seen := make([]bool, c)
			for out := range c {
				in := s.Source(out, c)
				if want := out%g*n + out/g; in != want || seen[in] {
					t.Fatalf("%d channels, %d groups: output %d is input %d, want %d", c, g, out, in, want)
				}
				seen[in] = true
				if inverse.Source(in, c) != out || s.Source(inverse.Source(out, c), c) != out {
					t.Fatalf("%d channels: shuffling by %d and by %d does not give output %d back", c, g, c/g, out)
				}
			}
		}
	}
}

// A shuffle behind a depthwise convolution goes before it; one behind anything
// else stays.
func TestHoistShuffle(t *testing.T) {
	checkRewritings(t, []rewriting{
		{"behind a depthwise convolution", `
			x = input 2x6x5x5
			d = conv 6 g6 k3 s2 : x
			n = norm : d
			a = clip -1 1 : n
			s = shuffle g3 : a
			y = conv 4 g2 : s
			out y`, `
			x, shuffled = shuffle g3 : x
			s = conv 6 k3 s2 g6 bias clip[-1,1] : x, shuffled
			y = conv 4 g2 : s`},
		{"behind two, past one: no step computes a value that the source does not have", `
			x = input 1x6x5x5
			c = conv 6 g6 k3 : x
			d = conv 6 g6 k3 : c
			s = shuffle g3 : d
			y = conv 4 g2 : s
			out y`, `
			c = conv 6 k3 g6 : x
			c, shuffled = shuffle g3 : c
			s = conv 6 k3 g6 : c, shuffled
			y = conv 4 g2 : s`},
		{"that someone else reads", `
			x = input 1x6x5x5
			d = conv 6 g6 k3 : x
			s = shuffle g3 : d
			y = conv 4 g2 : s
			out y d`, unchanged},
		{"behind a pointwise convolution", `
			x = input 1x6x5x5
			c = conv 6 g2 : x
			s = shuffle g3 : c
			y = conv 4 g2 : s
			out y`, unchanged},
	})
}
