package network_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

var update = flag.Bool("update", false, "write the plans that tests get to testdata")

// The plans that people read, down to the last digit.
func TestGoldenPlans(t *testing.T) {
	for _, name := range []string{"shufflenet_v1_g3_1.0x", "shufflenet_v1_g1_0.25x", "shufflenet_v1_g8_0.25x"} {
		compareGolden(t, name, planOf(t, name, network.PlanOptions{}))
	}
	compareGolden(t, "shufflenet_v1_g3_1.0x_fused", planOf(t, "shufflenet_v1_g3_1.0x", fusing(network.DefaultCost)))
	for name, graph := range map[string]string{
		"unit_a": `
			x = input 1x16x7x7
			c1 = conv 4 : x
			n1 = norm : c1
			r1 = relu : n1
			c2 = conv 4 k3 g4 : r1
			n2 = norm : c2
			r2 = relu : n2
			c3 = conv 16 : r2
			n3 = norm : c3
			add = add : x n3
			y = relu : add
			out y`,
		"unit_b": `
			x = input 1x24x7x7
			c1 = conv 6 g3 : x
			n1 = norm : c1
			r1 = relu : n1
			shuffle = shuffle g3 : r1
			c2 = conv 6 k3 g6 : shuffle
			n2 = norm : c2
			c3 = conv 24 g3 : n2
			n3 = norm : c3
			add = add : x n3
			y = relu : add
			out y`,
		"unit_c": `
			x = input 1x24x14x14
			c1 = conv 12 g3 : x
			n1 = norm : c1
			r1 = relu : n1
			shuffle = shuffle g3 : r1
			c2 = conv 12 k3 s2 g12 : shuffle
			n2 = norm : c2
			c3 = conv 24 g3 : n2
			n3 = norm : c3
			pool = avgpool k3 s2 : x
			concat = concat : pool n3
			y = relu : concat
			out y`,
		"everything": `
			x = input 2x4x8x8
			a = conv 6 k3 s2 : x
			b = relu6 : a
			c = shuffle g2 : b
			d = add : c b
			e = clip -1 0.5 : d
			f = transpose 0,1,3,2 : e
			g = softmax : f
			h = gap : g
			i = reshape 2x6 : h
			j = fc 5 bias : i
			out j f`,
	} {
		p, err := network.NewPlan(parse(t, graph), network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		compareGolden(t, name, p)
	}
}

func compareGolden(t *testing.T, name string, p *network.Plan) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	got := p.String()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not %s (go test -update writes it)\ngot:\n%s", name, file, got)
	}
}
