package zoo_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

var update = flag.Bool("update", false, "rewrite the golden plans")

const (
	torchvision = "torchvision's table of pre-trained weights"
	table6      = "arXiv 1707.01083, Table 6"
)

// What was published about each network: millions of multiply-adds, and how many
// weights are trained. The launches are the most that ours may take.
var published = []struct {
	name       string
	macs       float64
	source     string
	parameters int // 0: not published to the last digit
	launches   int
}{
	{"shufflenet_v2_0.5x", 41, "arXiv 1807.11164, Table 5", 1366792, 59},
	{"shufflenet_v2_1.0x", 146, "arXiv 1807.11164, Table 5", 2278604, 59},
	{"shufflenet_v2_1.5x", 299, "arXiv 1807.11164, Table 5", 3503624, 59},
	{"shufflenet_v2_2.0x", 591, "arXiv 1807.11164, Table 5", 7393996, 59},
	{"mobilenet_v1_0.25", 41, "arXiv 1704.04861, Table 6", 0, 29},
	{"mobilenet_v1_0.5", 149, "arXiv 1704.04861, Table 6", 0, 29},
	{"mobilenet_v1_0.75", 325, "arXiv 1704.04861, Table 6", 0, 29},
	{"mobilenet_v1_1.0", 569, "arXiv 1704.04861, Table 6", 4231976, 29},
	{"mobilenet_v2_0.35", 59, "the authors' tensorflow/models repository", 0, 54},
	{"mobilenet_v2_0.5", 97, "the authors' tensorflow/models repository", 0, 54},
	{"mobilenet_v2_0.75", 209, "the authors' tensorflow/models repository", 0, 54},
	{"mobilenet_v2_1.0", 300, "arXiv 1801.04381, Table 4", 3504872, 54},
	{"mobilenet_v2_1.4", 585, "arXiv 1801.04381, Table 4", 0, 54},
	{"squeezenet_1.1", 349, torchvision, 1235496, 30},
	{"alexnet", 720, table6, 60965224, 13},
	{"resnet18", 1800, "arXiv 1512.03385, Table 1", 11689512, 23},
	{"resnet50", 3800, "arXiv 1512.03385, Table 1", 25557032, 56},
	{"resnet50_v1.5", 4089, torchvision, 25557032, 56},
	{"vgg16", 15300, table6, 138357544, 21},
}

func TestPublished(t *testing.T) {
	racing.Skip(t)
	for _, c := range published {
		g := build(t, c.name, zoo.Options{Blank: true})
		p, err := network.NewPlan(g, network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		macs := float64(p.MACs) / 1e6
		off := macs/c.macs - 1
		t.Logf("%-18s %8.1f million multiply-adds, published %5g (%+.1f %%, %s), %9d parameters, %2d launches",
			c.name, macs, c.macs, 100*off, c.source, zoo.Parameters(g), len(p.Steps))
		if math.Abs(off) > 0.02 {
			t.Errorf("%s: %.1f million multiply-adds are %.1f %% off the published %g", c.name, macs, 100*off, c.macs)
		}
		if n := zoo.Parameters(g); c.parameters > 0 && n != c.parameters {
			t.Errorf("%s: %d parameters, published are %d", c.name, n, c.parameters)
		}
		if len(p.Steps) > c.launches {
			t.Errorf("%s: %d launches, want at most %d\n%v", c.name, len(p.Steps), c.launches, p)
		}
		if in := g.Inputs[0].Shape; in[2] != 224 || in[3] != 224 {
			t.Errorf("%s: input %v", c.name, in)
		}
	}
}

// Every launch is a convolution, a pool, a normalisation or a fully connected
// layer: splits, concatenations, shuffles, additions and activations are none.
func TestNoLaunchMovesData(t *testing.T) {
	racing.Skip(t)
	for _, c := range published {
		p, err := network.NewPlan(build(t, c.name, zoo.Options{Blank: true}), network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			if s.Kernel == network.Elementwise {
				t.Errorf("%s: a launch of its own for %s", c.name, strings.Join(s.Layers, ", "))
			}
		}
	}
}

// ShuffleNet v2's plan as people read it.
func TestGoldenPlan(t *testing.T) {
	const name = "shufflenet_v2_1.0x"
	p, err := network.NewPlan(build(t, name, zoo.Options{}), network.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(p.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.String() != string(want) {
		t.Errorf("it is not %s (go test -update writes it)\ngot:\n%v", file, p)
	}
}

// Table 5 of ShuffleNet v2's paper.
func TestShuffleNetV2Table5(t *testing.T) {
	for width, stages := range map[string][3]int{
		"0.5x": {48, 96, 192}, "1.0x": {116, 232, 464}, "1.5x": {176, 352, 704}, "2.0x": {244, 488, 976},
	} {
		g := build(t, "shufflenet_v2_"+width, zoo.Options{Blank: true})
		got := shapes(g)
		for s, repeats := range []int{4, 8, 4} {
			for i := 1; i <= repeats; i++ {
				name := fmt.Sprintf("stage%d.unit%d.shuffle", s+2, i)
				if want := []int{1, stages[s], 28 >> s, 28 >> s}; !slices.Equal(got[name], want) {
					t.Errorf("%s %s: %v, want %v", width, name, got[name], want)
				}
			}
		}
		if want := []int{1, 24, 56, 56}; !slices.Equal(got["maxpool"], want) {
			t.Errorf("%s maxpool: %v", width, got["maxpool"])
		}
		kinds := map[string]int{}
		for _, n := range g.Nodes {
			kinds[n.Op.Kind()]++
		}
		if kinds["Split"] != 13 || kinds["Concat"] != 16 || kinds["ChannelShuffle"] != 16 || kinds["Conv"] != 56 || kinds["BatchNorm"] != 56 {
			t.Errorf("%s: %v", width, kinds)
		}
	}
}

// The plan, and what is counted, do not depend on the weights.
func TestBlank(t *testing.T) {
	for _, name := range []string{"shufflenet_v2_0.5x", "mobilenet_v2_0.35", "squeezenet_1.1", "resnet18"} {
		var plans [2]string
		for i, blank := range []bool{false, true} {
			g := build(t, name, zoo.Options{Height: 64, Width: 64, Blank: blank})
			p, err := network.NewPlan(g, network.PlanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			plans[i] = p.String()
		}
		if plans[0] != plans[1] {
			t.Errorf("%s: with weights\n%s\nand without\n%s", name, plans[0], plans[1])
		}
	}
}

func TestLight(t *testing.T) {
	light := zoo.Light()
	for _, name := range zoo.Names() {
		g := build(t, name, zoo.Options{Blank: true})
		var macs int64
		largest := 0
		for _, n := range g.Nodes {
			macs += network.MACs(n)
			for _, v := range n.Inputs {
				if v.Const != nil {
					largest = max(largest, 4*len(v.Const.Data))
				}
			}
		}
		if got, want := slices.Contains(light, name), macs < 1e9 && largest < 128<<20; got != want {
			t.Errorf("%s: light is %v: %d multiply-adds, %d bytes in one tensor", name, got, macs, largest)
		}
	}
}

func TestSources(t *testing.T) {
	for _, name := range zoo.Names() {
		if s, err := zoo.Source(name); err != nil || s == "" {
			t.Errorf("%s: %q, %v", name, s, err)
		}
	}
	if _, err := zoo.Source("nosuch"); err == nil {
		t.Error("a source for what is not there")
	}
}

// Larger pictures slide AlexNet's and VGG's fully connected layers.
func TestDenseHeadSlides(t *testing.T) {
	for _, name := range []string{"alexnet", "vgg16"} {
		for _, size := range [][2]int{{64, 64}, {96, 64}, {256, 224}, {320, 480}} {
			g := build(t, name, zoo.Options{Height: size[0], Width: size[1], Blank: true})
			if out := g.Outputs[0].Shape; !slices.Equal(out, []int{1, 1000}) {
				t.Errorf("%s at %v: output %v", name, size, out)
			}
			if size[0] >= 224 {
				if n := zoo.Parameters(g); n != map[string]int{"alexnet": 60965224, "vgg16": 138357544}[name] {
					t.Errorf("%s at %v: %d parameters", name, size, n)
				}
			}
		}
	}
}

// Pooled, the fully connected layers are the same for pictures of any size, and at
// the network's own size nothing is pooled.
func TestAlexNetPooled(t *testing.T) {
	alexNet := func(h, w int, pooled bool) (convs, dense int64, g *network.Graph) {
		g, err := zoo.AlexNet(zoo.AlexNetConfig{Options: zoo.Options{Height: h, Width: w, Blank: true}, Pooled: pooled})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range g.Nodes {
			if n.Op.Kind() == "FullyConnected" {
				dense += network.MACs(n)
			} else {
				convs += network.MACs(n)
			}
		}
		return convs, dense, g
	}
	convs, dense, small := alexNet(224, 224, true)
	if _, _, plain := alexNet(224, 224, false); len(small.Nodes) != len(plain.Nodes) {
		t.Errorf("at 224x224 it has %d nodes, %d if not pooled", len(small.Nodes), len(plain.Nodes))
	}
	for _, size := range [][2]int{{225, 240}, {256, 224}, {480, 640}, {720, 1280}} {
		c, d, g := alexNet(size[0], size[1], true)
		area := float64(size[0]*size[1]) / (224 * 224)
		if d != dense || float64(c) < 0.9*area*float64(convs) || float64(c) > 1.1*area*float64(convs) {
			t.Errorf("%v: %d multiply-adds in convolutions and %d in layers behind, %d and %d at 224x224", size, c, d, convs, dense)
		}
		if n := zoo.Parameters(g); n != 60965224 {
			t.Errorf("%v: %d parameters", size, n)
		}
		if size[0] > 300 {
			if s := shapes(g)["pool6"]; !slices.Equal(s, []int{1, 256, 6, 6}) {
				t.Errorf("%v: pooled to %v", size, s)
			}
		}
	}
}
