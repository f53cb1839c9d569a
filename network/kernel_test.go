package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// Which kernel an operator is launched as, and what stands in the launch.
func TestKernels(t *testing.T) {
	for _, c := range []struct {
		layer, input string
		want         network.Kernel
		parameters   string
	}{
		{"conv 8", "1x4x6x6", network.ConvPointwise, "1x1"},
		{"conv 8 g2", "1x4x6x6", network.ConvPointwise, "1x1 groups 2"},
		{"conv 1", "2x1x6x6", network.ConvPointwise, "1x1"},
		{"conv 8 p1", "1x4x6x6", network.ConvGeneral, "1x1"},
		{"conv 8 s2", "1x4x6x6", network.ConvGeneral, "1x1 stride 2"},
		{"conv 8 k3 s2", "1x4x6x6", network.ConvGeneral, "3x3 stride 2"},
		{"conv 4 k3 g4", "1x4x6x6", network.ConvDepthwise, "3x3"},
		{"conv 4 k3 s2 g4", "3x4x6x6", network.ConvDepthwise, "3x3 stride 2"},
		{"conv 4 g4", "1x4x6x6", network.ConvDepthwise, "1x1"},
		{"conv 8 k3 g4", "1x4x6x6", network.ConvGeneral, "3x3 groups 4"}, // two outputs a channel
		{"conv 4 k3 g2", "2x4x6x6", network.ConvGeneral, "3x3 groups 2"}, // two channels a group
		{"conv 1 k3", "1x1x6x6", network.ConvGeneral, "3x3"},             // one group
		{"norm", "1x4x6x6", network.ConvDepthwise, "1x1"},                // lowered
		{"norm", "2x6", network.ConvDepthwise, "1x1"},                    // of a matrix
		{"norm", "2x3x2x2x2", network.ConvDepthwise, "1x1"},              // of rank 5
		{"maxpool k3 s2", "1x4x6x6", network.PoolWindow, "max 3x3 stride 2"},
		{"gap", "1x4x6x6", network.PoolGlobal, "average"},
		{"fc 3", "2x5", network.FullyConnectedRow, ""},
		{"softmax axis0", "2x5", network.SoftmaxRow, "axis 0"},
		{"relu6", "2x5", network.Elementwise, "relu6"},
		{"identity", "2x5", network.Elementwise, "copy"},
	} {
		p, err := network.NewPlan(parse(t, "x = input "+c.input+"\ny = "+c.layer+" : x\nout y"), network.PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if s := p.Steps[0]; len(p.Steps) != 1 || s.Kernel != c.want || network.Parameters(s) != c.parameters {
			t.Errorf("%s of %s is launched as %s (%s), want %s (%s)", c.layer, c.input, s.Kernel, network.Parameters(s), c.want, c.parameters)
		}
	}
}
