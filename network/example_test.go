package network_test

import (
	"fmt"
	"log"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// A shuffle between two convolutions is an index, and a ReLU a part of the
// launch before it: four nodes take two launches.
func ExampleNewPlan() {
	b := network.NewBuilder("example")
	x := b.Input("x", 1, 6, 8, 8)
	pointwise := network.Conv{Window: network.Square(1, 1, 0), Groups: 3}
	depthwise := network.Conv{Window: network.Square(3, 1, 1), Groups: 12}
	y := b.Apply("conv", pointwise, x, b.Const("w1", tensor.New(12, 2, 1, 1)))
	y = b.Apply("relu", network.Activate{Fn: network.ReLU()}, y)
	y = b.Apply("shuffle", network.ChannelShuffle{Groups: 3}, y)
	y = b.Apply("depthwise", depthwise, y, b.Const("w2", tensor.New(12, 1, 3, 3)))
	g, err := b.Build(y)
	if err != nil {
		log.Fatal(err)
	}
	p, err := network.NewPlan(g, network.PlanOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range p.Steps {
		fmt.Println(s.Kernel, s.Layers, s.Output.Shape)
	}
	// Output:
	// conv_pointwise [conv relu] 1x12x8x8
	// conv_depthwise [depthwise] 1x12x8x8
}

// The reference backend needs no device; package gpu's is used the same way.
func ExampleCompile() {
	b := network.NewBuilder("example")
	x := b.Input("x", 1, 4)
	y := b.Apply("fc", network.FullyConnected{}, x, b.Const("w", tensor.FromSlice([]float32{
		1, 1, 1, 1,
		1, -1, 1, -1,
	}, 2, 4)))
	g, err := b.Build(b.Apply("relu", network.Activate{Fn: network.ReLU()}, y))
	if err != nil {
		log.Fatal(err)
	}
	s, err := network.Compile(cpu.NewReference(), g)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(tensor.FromSlice([]float32{1, 2, 3, 5}, 1, 4))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out[0].Shape, out[0].Data)
	// Output: 1x2 [11 0]
}

// Two frames take turns: the backend computes one while the program looks at the
// other's outputs and fetches the next inputs.
func ExampleSession_Submit() {
	b := network.NewBuilder("example")
	x := b.Input("x", 1, 2)
	g, err := b.Build(b.Apply("double", network.Binary{Fn: network.FnAdd}, x, x))
	if err != nil {
		log.Fatal(err)
	}
	s, err := network.Compile(cpu.NewReference(), g)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	camera := [][]float32{{1, 2}, {3, 4}, {5, 6}}
	in := tensor.New(1, 2)
	now, next := s.NewFrame(), s.NewFrame()
	show := func(f *network.Frame) {
		out, err := f.Wait()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(out[0].Data)
	}
	for i, picture := range camera {
		copy(in.Data, picture)
		if err := s.Submit(next, in); err != nil {
			log.Fatal(err)
		}
		now, next = next, now
		if i > 0 {
			show(next)
		}
	}
	show(now)
	// Output:
	// [2 4]
	// [6 8]
	// [10 12]
}

func ExampleChannelShuffle_Source() {
	s := network.ChannelShuffle{Groups: 3}
	for c := range 6 {
		fmt.Print(s.Source(c, 6), " ")
	}
	// Output: 0 2 4 1 3 5
}

// Errors name the node and say what would have fitted.
func ExampleGraph_Apply() {
	g := network.NewGraph("example")
	x := g.Input("x", 1, 10, 8, 8)
	_, err := g.Apply("shuffle2", network.ChannelShuffle{Groups: 4}, x)
	fmt.Println(err)
	// Output: network: ChannelShuffle "shuffle2" on [1x10x8x8]: 1x10x8x8 does not divide into 4 groups of channels: shapes do not fit
}
