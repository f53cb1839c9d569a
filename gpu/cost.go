package gpu

import (
	"strings"

	"github.com/shufflegl/shufflegl/network"
)

// costs is what the planner is told of GPUs whose renderer's name, in lower case, has
// a word in it. They are looked through in order; they tell drivers apart, where
// families tell GPUs apart. Only llvmpipe has been measured. The others
// are estimates, to be corrected where there is such a device: arithmetic a third of
// what cores, lanes and clock promise, bandwidth half of the board's memory, shared
// memory and waves as vendors say. Mesa 22.3 submits each launch on V3D, Panfrost and
// freedreno to the kernel as a job of its own (v3d_launch_grid, panfrost_launch_grid,
// fd_launch_grid), hence their dear launches and free barriers; the vendors' drivers
// are thought to do better.
var costs = []struct {
	renderer string
	model    network.CostModel
}{
	{"llvmpipe", softwareCost},
	{"softpipe", softwareCost},
	{"swrast", softwareCost},
	{"swiftshader", softwareCost},
	{"v3d", raspberry},
	{"mali-g31", perJob(smallMali)},
	{"mali-g51", perJob(smallMali)},
	{"mali-g52", perJob(smallMali)},
	{"mali-t", perJob(smallMali)},
	{"panfrost", perJob(network.DefaultCost)},
	{"fd5", perJob(adreno)},
	{"fd6", perJob(adreno)},
	{"fd7", perJob(adreno)},
	{"adreno", adreno},
	{"intel", intel},
	{"tegra", tegra},
}

var (
	// llvmpipe on two cores: a launch takes as long as waking its threads, memory is
	// the processor's cache, and there is little to keep busy.
	softwareCost = network.CostModel{Launch: 20_000, Barrier: 1_000, Bytes: 10, Cached: 20, MACs: 5,
		Groups: 2, Shares: true, Shared: 1 << 20, Lanes: 16, Wave: 8, Tile: 80, Window: 64}
	// Raspberry Pi 4 and 5: 8 or 12 QPUs of 16 lanes, 16 KiB of shared memory in all.
	raspberry = perJob(network.CostModel{Bytes: 4, Cached: 16, MACs: 5,
		Groups: 4, Shared: 4 << 10, Lanes: 64, Wave: 16, Tile: 16, Window: 16})
	// The Bifrosts and Midgards of cheap boards: one core to three.
	smallMali = network.CostModel{Launch: 20_000, Barrier: 10_000, Bytes: 6, Cached: 30, MACs: 12,
		Groups: 12, Shared: 16 << 10, Lanes: 64, Wave: 8, Tile: 32, Window: 16}
	adreno = network.CostModel{Launch: 10_000, Barrier: 10_000, Bytes: 14, Cached: 100, MACs: 80,
		Groups: 32, Shared: 24 << 10, Lanes: 64, Wave: 64, Tile: 32, Window: 16}
	intel = network.CostModel{Launch: 8_000, Barrier: 5_000, Bytes: 15, Cached: 100, MACs: 80,
		Groups: 32, Shared: 48 << 10, Lanes: 64, Wave: 16, Tile: 32, Window: 16}
	tegra = network.CostModel{Launch: 5_000, Barrier: 5_000, Bytes: 15, Cached: 100, MACs: 100,
		Groups: 32, Shared: 24 << 10, Lanes: 64, Wave: 32, Tile: 32, Window: 16}
)

// perJob is the model where the driver makes a job of each launch.
func perJob(m network.CostModel) network.CostModel {
	m.Launch, m.Barrier = 60_000, 0
	return m
}

// costOf is the model for a renderer of that name.
func costOf(renderer string) network.CostModel {
	renderer = strings.ToLower(renderer)
	for _, f := range costs {
		if strings.Contains(renderer, f.renderer) {
			return f.model
		}
	}
	return network.DefaultCost
}
