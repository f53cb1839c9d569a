package gpu_test

import (
	"fmt"
	"log"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/tensor"
)

// The GPU if there is one, else the CPU, and the reason in the log.
func Example() {
	var backend network.Backend
	backend, err := gpu.Open(gpu.Options{})
	if err != nil {
		log.Print(err, "; the CPU is used")
		backend = cpu.New(cpu.Options{})
	}
	net, err := zoo.Build("shufflenet_v1_g3_0.5x", zoo.Options{Height: 64, Width: 64})
	if err != nil {
		log.Fatal(err)
	}
	session, err := network.Compile(backend, net)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	scores, err := session.Run(tensor.New(1, 3, 64, 64))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(scores[0].Shape)
	// Output: 1x1000
}
