package cpu_test

import (
	"fmt"
	"log"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// A network of one shuffle, run on the CPU.
func Example() {
	b := network.NewBuilder("shuffle")
	x := b.Input("x", 1, 6, 1, 1)
	g, err := b.Build(b.Apply("y", network.ChannelShuffle{Groups: 2}, x))
	if err != nil {
		log.Fatal(err)
	}
	s, err := network.Compile(cpu.New(cpu.Options{Threads: 1}), g)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	y, err := s.Run(tensor.FromSlice([]float32{0, 1, 2, 3, 4, 5}, 1, 6, 1, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(y[0].Data)
	// Output: [0 3 1 4 2 5]
}

// Evaluate gives every value of a graph, as the reference backend computes it.
func ExampleEvaluate() {
	b := network.NewBuilder("relu")
	x := b.Input("x", 3)
	b.Apply("sum", network.Binary{Fn: network.FnAdd}, b.Apply("relu", network.Activate{Fn: network.ReLU()}, x), x)
	g, err := b.Build()
	if err != nil {
		log.Fatal(err)
	}
	values, err := cpu.Evaluate(g, []*tensor.Tensor{tensor.FromSlice([]float32{-1, 0, 2}, 3)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(values["relu"].Data, values["sum"].Data)
	// Output: [0 0 2] [-1 0 4]
}
