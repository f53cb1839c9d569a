package kernels

import "github.com/shufflegl/shufflegl/network"

// planOptions are those of a GPU in the middle.
func planOptions() network.PlanOptions {
	return network.PlanOptions{Fuse: network.FuseAll, SharedFloats: 4 * SharedVectors, Cost: network.DefaultCost, Align: 4}
}
