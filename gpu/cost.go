package gpu

import "github.com/shufflegl/shufflegl/network"

// softwareCost is Mesa's llvmpipe on a few cores: launches take as long as waking its
// threads, memory is the processor's cache, and there is little to keep busy.
var softwareCost = network.CostModel{
	Launch: 20_000, Barrier: 1_000,
	Bytes: 10, Cached: 40, MACs: 5,
	Groups: 4, Shared: 1 << 20, Lanes: 16, Wave: 8, Tile: 80, Window: 64,
}
