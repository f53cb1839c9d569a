package zoo_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

func build(t *testing.T, name string, o zoo.Options) *network.Graph {
	t.Helper()
	g, err := zoo.Build(name, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func shapes(g *network.Graph) map[string]tensor.Shape {
	m := map[string]tensor.Shape{}
	for _, n := range g.Nodes {
		for _, v := range n.Outputs {
			m[v.Name] = v.Shape
		}
	}
	return m
}

// Table 1 of the paper, row by row, for every number of groups.
func TestTable1(t *testing.T) {
	for g, stages := range map[int][3]int{
		1: {144, 288, 576},
		2: {200, 400, 800},
		3: {240, 480, 960},
		4: {272, 544, 1088},
		8: {384, 768, 1536},
	} {
		got := shapes(build(t, fmt.Sprintf("shufflenet_v1_g%d_1.0x", g), zoo.Options{}))
		want := map[string]tensor.Shape{
			"conv1.relu": {1, 24, 112, 112},
			"maxpool":    {1, 24, 56, 56},
			"pool":       {1, stages[2], 1, 1},
			"fc":         {1, 1000},
		}
		for s, repeats := range []int{4, 8, 4} {
			for i := 1; i <= repeats; i++ {
				want[fmt.Sprintf("stage%d.unit%d.relu", s+2, i)] = tensor.Shape{1, stages[s], 28 >> s, 28 >> s}
			}
			if last := fmt.Sprintf("stage%d.unit%d.relu", s+2, repeats+1); got[last] != nil {
				t.Errorf("g=%d: stage %d has a unit too many", g, s+2)
			}
		}
		for name, shape := range want {
			if !got[name].Equal(shape) {
				t.Errorf("g=%d %s: %v, want %v", g, name, got[name], shape)
			}
		}
	}
}

// The complexities that the paper prints, in millions of multiply-adds: those of
// the convolutions. (The paper prints one figure for 0.5x, for all groups; that
// of g=3 reaches it within 2 % when the classifier is counted too.)
func TestComplexity(t *testing.T) {
	for _, c := range []struct {
		name             string
		paper, conv, all float64
	}{
		{"shufflenet_v1_g1_1.0x", 143, 142.5, 143.1},
		{"shufflenet_v1_g2_1.0x", 140, 140.0, 140.8},
		{"shufflenet_v1_g3_1.0x", 137, 136.5, 137.5},
		{"shufflenet_v1_g4_1.0x", 133, 133.3, 134.3},
		{"shufflenet_v1_g8_1.0x", 137, 136.8, 138.4},
		{"shufflenet_v1_g1_0.5x", 38, 38.2, 38.5},
		{"shufflenet_v1_g2_0.5x", 38, 38.2, 38.6},
		{"shufflenet_v1_g3_0.5x", 38, 37.1, 37.6},
		{"shufflenet_v1_g3_0.25x", 13, 13.1, 13.3},
		{"shufflenet_v1_g3_1.5x", 292, 291.0, 292.4},
		{"shufflenet_v1_g3_2.0x", 524, 522.1, 524.1},
		{"shufflenet_v1_g3_1.0x_noshuffle", 137, 136.5, 137.5},
		{"shufflenet_v1_g3_0.5x_shallow", 40, 40.9, 41.6},
	} {
		var conv, all float64
		for _, n := range build(t, c.name, zoo.Options{}).Nodes {
			m := float64(network.MACs(n)) / 1e6
			all += m
			if n.Op.Kind() == "Conv" {
				conv += m
			}
		}
		if math.Abs(conv-c.conv) > 0.06 || math.Abs(all-c.all) > 0.06 {
			t.Errorf("%s: %.2f million, %.2f with the classifier; want %.1f and %.1f", c.name, conv, all, c.conv, c.all)
		}
		within := 0.02
		if c.paper == 40 {
			within = 0.025 // its width is a guess, see plan
		}
		if off := min(math.Abs(conv-c.paper), math.Abs(all-c.paper)) / c.paper; off > within {
			t.Errorf("%s: %.2f million is %.1f %% off the paper's %g", c.name, conv, 100*off, c.paper)
		}
	}
}

func TestUnits(t *testing.T) {
	kinds := func(name string) map[string]int {
		m := map[string]int{}
		for _, n := range build(t, name, zoo.Options{}).Nodes {
			m[n.Op.Kind()]++
		}
		return m
	}
	for _, c := range []struct {
		name                             string
		convs, shuffles, adds, downscale int
	}{
		{"shufflenet_v1_g1_1.0x", 49, 0, 13, 3},
		{"shufflenet_v1_g3_1.0x", 49, 16, 13, 3},
		{"shufflenet_v1_g8_0.25x", 49, 16, 13, 3},
		{"shufflenet_v1_g3_1.0x_noshuffle", 49, 0, 13, 3},
		{"shufflenet_v1_g3_0.5x_shallow", 25, 8, 5, 3},
		{"shufflenet_v1_g1_1.0x_bottleneck", 49, 0, 13, 3},
	} {
		k := kinds(c.name)
		got := [4]int{k["Conv"], k["ChannelShuffle"], k["Add"], k["AveragePool"]}
		if want := [4]int{c.convs, c.shuffles, c.adds, c.downscale}; got != want || k["Concat"] != 3 {
			t.Errorf("%s: convolutions, shuffles, additions, average pools %v, want %v", c.name, got, want)
		}
		if k["BatchNorm"] != k["Conv"] {
			t.Errorf("%s: %d BatchNorms for %d convolutions", c.name, k["BatchNorm"], k["Conv"])
		}
	}
	// Figure 2(a) has a ReLU after the depthwise convolution, 2(b) has none.
	if a, b := kinds("shufflenet_v1_g1_1.0x_bottleneck")["Activate"], kinds("shufflenet_v1_g1_1.0x")["Activate"]; a-b != 13 {
		t.Errorf("%d and %d activations: 13 bottlenecks have one more each", a, b)
	}
}

func TestShuffleNetV1Refuses(t *testing.T) {
	for _, c := range []zoo.ShuffleNetV1Config{
		{Groups: 5, Width: 1},
		{Groups: 3},
		{Groups: 3, Width: math.NaN()},
		{Groups: 3, Width: 0.01},
		{Groups: 3, Width: 1, Bottleneck: true},
		{Groups: 3, Width: 1, Options: zoo.Options{Height: -1}},
	} {
		if _, err := zoo.ShuffleNetV1(c); err == nil {
			t.Errorf("%+v was built", c)
		}
	}
}
