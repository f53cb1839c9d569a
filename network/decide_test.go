package network_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// model is the default cost model, edited.
func model(edit func(m *network.CostModel)) network.CostModel {
	m := network.DefaultCost
	edit(&m)
	return m
}

func fusing(m network.CostModel) network.PlanOptions {
	return network.PlanOptions{Fuse: network.FuseAll, SharedFloats: 4096, Cost: m}
}

// fusingPairs leaves units apart.
func fusingPairs(m network.CostModel) network.PlanOptions {
	o := fusing(m)
	o.Fuse &^= network.FuseUnit
	return o
}

// kernelsOf lists a plan's launches, a plus for what is done beside.
func kernelsOf(p *network.Plan) string {
	var words []string
	for _, s := range p.Steps {
		w := string(s.Kernel)
		if s.Beside != nil {
			w += "+"
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// What is fused where, by the device.
func TestWhatIsFused(t *testing.T) {
	const (
		stem = `
			x = input 1x3x224x224
			c = conv 24 k3 s2 : x
			r = relu : c
			y = maxpool k3 s2 : r
			out y`
		resnetStem = `
			x = input 1x3x224x224
			c = conv 64 k7 s2 : x
			r = relu : c
			y = maxpool k3 s2 : r
			out y`
		pair = `
			x = input 1x60x28x28
			c = conv 60 k3 g60 : x
			y = conv 240 g3 : c
			out y`
		deep = `
			x = input 1x1024x7x7
			c = conv 1024 k3 g1024 : x
			y = conv 1024 : c
			out y`
		unit = `
			x = input 1x24x14x14
			a = conv 12 g3 : x
			s = shuffle g3 : a
			b = conv 12 k3 s2 g12 : s
			c = conv 24 g3 : b
			p = avgpool k3 s2 : x
			d = concat : p c
			y = relu : d
			out y`
		deepUnit = `
			x = input 1x1024x14x14
			b = conv 1024 k3 s2 g1024 : x
			c = conv 1024 : b
			p = avgpool k3 s2 : x
			y = concat : p c
			out y`
	)
	usual := network.DefaultCost
	free := model(func(m *network.CostModel) { m.Launch, m.Barrier = 0, 0 })
	slowArithmetic := model(func(m *network.CostModel) { m.MACs, m.Shared = 4, 8<<10 })
	slowMemory := model(func(m *network.CostModel) { m.Bytes = 1 })
	slowLaunches := model(func(m *network.CostModel) { m.Launch = 1e6 })
	freeSlowMemory := model(func(m *network.CostModel) { m.Launch, m.Barrier, m.Bytes = 0, 0, 1 })
	for _, c := range []struct {
		name, graph string
		cost        network.CostModel
		want        string
	}{
		{"a stem saves its largest map", stem, usual, "conv_pool"},
		{"and still if launches are free", stem, free, "conv_pool"},
		{"but rows that two work groups compute cost more, if arithmetic is slow and tiles are small", stem, slowArithmetic, "conv_general pool"},
		{"unless memory is slower", stem, slowMemory, "conv_pool"},
		{"a stem of 7x7 computes too much twice", resnetStem, usual, "conv_general pool"},
		{"unless launches are dear", resnetStem, slowLaunches, "conv_pool"},
		{"depthwise and pointwise", pair, usual, "conv_depthwise_pointwise"},
		{"but not if launches are free, as here arithmetic takes the time", pair, free, "conv_depthwise conv_pointwise"},
		{"unless memory is slower", pair, freeSlowMemory, "conv_depthwise_pointwise"},
		{"where one row of four pixels is all that fits", deep, usual, "conv_depthwise conv_pointwise"},
		{"the unit of stride 2", unit, usual, "conv_pointwise+ conv_depthwise_pointwise"},
		{"without the fused launch there is none to be beside of", deepUnit, usual, "conv_depthwise pool conv_pointwise"},
	} {
		p, err := network.NewPlan(parse(t, c.graph), fusingPairs(c.cost))
		if err != nil {
			t.Fatal(err)
		}
		if got := kernelsOf(p); got != c.want {
			t.Errorf("%s: planned as %s\nwant %s\n%v", c.name, got, c.want, p)
		}
	}
}

// A pool is done beside a launch only where nobody waits for it, and of the same
// input or output size.
func TestWhatIsDoneBeside(t *testing.T) {
	for _, c := range []struct{ name, graph, want string }{
		{"the reader waits for both", `
			x = input 1x8x14x14
			a = conv 8 k3 s2 g8 : x
			b = conv 8 : a
			p = avgpool k3 s2 : x
			y = add : b p
			out y`, "conv_depthwise_pointwise pool"}, // the sum is part of the convolution, which reads the pool
		{"an output can wait", `
			x = input 1x8x14x14
			a = conv 8 k3 s2 g8 : x
			b = conv 8 : a
			p = avgpool k3 s2 : x
			out b p`, "conv_depthwise_pointwise+"},
		{"another reader cannot", `
			x = input 1x8x14x14
			c = conv 8 k3 : x
			a = conv 8 k3 s2 g8 : c
			b = conv 8 : a
			p = avgpool k3 s2 : x
			q = softmax : p
			out b q`, "conv_general pool conv_depthwise_pointwise softmax"},
		{"a reader at a later level can", `
			x = input 1x8x14x14
			c = conv 8 k3 : x
			a = conv 8 k3 s2 g8 : c
			b = conv 8 : a
			p = maxpool k3 s2 : x
			q = concat : b p
			y = softmax : q
			out y`, "conv_general conv_depthwise_pointwise+ softmax"},
		{"another size", `
			x = input 1x8x14x14
			a = conv 8 k3 s2 g8 : x
			b = conv 8 : a
			p = avgpool k3 : x
			out b p`, "conv_depthwise_pointwise pool"},
		{"the pool comes later", `
			x = input 1x8x14x14
			a = conv 8 k3 g8 : x
			b = conv 8 : a
			c = softmax : b
			p = avgpool k3 : c
			out p`, "conv_depthwise_pointwise softmax pool"},
		{"rather where the pool's input is read anyway", `
			x = input 1x8x14x14
			c = conv 8 : x
			a = conv 8 k3 s2 g8 : c
			b = conv 8 : a
			p = maxpool k3 s2 : x
			q = concat : b p
			y = softmax : q
			out y`, "conv_pointwise+ conv_depthwise_pointwise softmax"},
		{"and there even if others wait", `
			x = input 1x8x14x14
			c = conv 8 : x
			p = maxpool k3 s2 : x
			y = softmax : p
			out c y`, "conv_pointwise+ softmax"},
		{"but not another input", `
			x = input 1x8x14x14
			z = input 1x8x14x14
			c = conv 8 : x
			p = maxpool k3 s2 : z
			out c p`, "conv_pointwise pool"},
		{"nor what must be copied out of rows", `
			x = input 1x8x14x14
			z = slice 3:13:1 axis3 : x
			c = conv 8 : z
			p = maxpool k3 s2 : z
			out c p`, "conv_pointwise pool"},
		{"nor single pixels", `
			x = input 1x8x1x1
			c = conv 8 : x
			p = maxpool k3 : x
			out c p`, "conv_pointwise pool"},
		{"one launch does one", `
			x = input 1x8x14x14
			a = conv 8 k3 s2 g8 : x
			b = conv 8 : a
			p = avgpool k3 s2 : x
			q = maxpool k3 s2 : x
			out b p q`, "conv_depthwise_pointwise+ pool"},
	} {
		g := parse(t, c.graph)
		p, err := network.NewPlan(g, fusingPairs(model(func(m *network.CostModel) { m.Launch = 1e9 })))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(sorted(kernelsOf(p)), " "); got != strings.Join(sorted(c.want), " ") {
			t.Errorf("%s: planned as %s\nwant %s\n%v", c.name, got, c.want, p)
		}
		checkHazards(t, g, network.PlanOptions{}, p)
	}
}

// Units are one launch where what neighbours compute twice costs less than a launch.
func TestWhichUnitsAreOneLaunch(t *testing.T) {
	const (
		small = `
			x = input 1x36x14x14
			a = conv 9 : x
			r = relu : a
			b = conv 9 k3 g9 : r
			c = conv 36 : b
			s = add : x c
			y = relu : s
			out y`
		large = `
			x = input 1x240x28x28
			a = conv 60 g3 : x
			r = relu : a
			s = shuffle g3 : r
			b = conv 60 k3 g60 : s
			c = conv 240 g3 : b
			d = add : x c
			y = relu : d
			out y`
		strided = `
			x = input 2x24x14x14
			a = conv 12 g3 : x
			s = shuffle g3 : a
			b = conv 12 k3 s2 g12 : s
			c = conv 24 g3 : b
			p = avgpool k3 s2 : x
			d = concat : p c
			y = relu : d
			out y`
	)
	usual := network.DefaultCost
	dear := model(func(m *network.CostModel) { m.Launch = 1e6 })
	for _, c := range []struct {
		name, graph string
		cost        network.CostModel
		want        string
	}{
		{"a small unit", small, usual, "conv_unit"},
		{"a large one computes too much twice", large, usual, "conv_pointwise conv_depthwise_pointwise"},
		{"unless launches are dear", large, dear, "conv_unit"},
		{"of stride 2, with its shortcut beside", strided, usual, "conv_unit+"},
		{"not where another reads what lies between", strings.Replace(small, "out y", "out y r", 1), dear, "conv_pointwise conv_depthwise_pointwise"},
	} {
		g := parse(t, c.graph)
		p, err := network.NewPlan(g, fusing(c.cost))
		if err != nil {
			t.Fatal(err)
		}
		if got := kernelsOf(p); got != c.want {
			t.Errorf("%s: planned as %s\nwant %s\n%v", c.name, got, c.want, p)
		}
		checkHazards(t, g, network.PlanOptions{}, p)
	}
}

// builtIn plans some networks of the zoo, of different forms and sizes.
func builtIn(t *testing.T, use func(name string, plan func(network.PlanOptions) *network.Plan)) {
	names := []string{"shufflenet_v1_g1_0.25x", "shufflenet_v1_g3_1.0x", "shufflenet_v1_g8_2.0x", "shufflenet_v2_1.5x", "mobilenet_v1_0.5", "mobilenet_v2_1.0", "squeezenet_1.1"}
	if raceEnabled {
		names = names[:2]
	}
	for _, name := range names {
		g, err := zoo.Build(name, zoo.Options{Blank: true})
		if err != nil {
			t.Fatal(err)
		}
		use(name, func(o network.PlanOptions) *network.Plan {
			p, err := network.NewPlan(g, o)
			if err != nil {
				t.Fatal(err)
			}
			return p
		})
	}
}

// The dearer launches are, the fewer there are.
func TestDearerLaunchesMeanNotMoreOfThem(t *testing.T) {
	builtIn(t, func(name string, plan func(network.PlanOptions) *network.Plan) {
		for _, device := range []network.CostModel{
			network.DefaultCost,
			model(func(m *network.CostModel) { m.Groups, m.MACs = 4, 4 }),
			model(func(m *network.CostModel) { m.Groups, m.Bytes = 1000, 100 }),
		} {
			last := math.MaxInt
			for _, launch := range []float64{0, 1e3, 1e4, 1e5, 1e6, 1e9} {
				device.Launch = launch
				p := plan(fusing(device))
				if len(p.Steps) > last {
					t.Errorf("%s: %d launches at %v ns, %d if they are cheaper", name, len(p.Steps), launch, last)
				}
				last = len(p.Steps)
			}
		}
	})
}

// Whatever is fused, the work is the same.
func TestFusingMovesLessAndComputesTheSame(t *testing.T) {
	builtIn(t, func(name string, plan func(network.PlanOptions) *network.Plan) {
		plain := plan(network.PlanOptions{})
		for _, f := range []network.Fusion{network.FuseDepthwise, network.FusePool, network.FuseDepthwise | network.FuseBeside, network.FuseAll} {
			p := plan(network.PlanOptions{Fuse: f, SharedFloats: 4096})
			if len(p.Steps) > len(plain.Steps) || p.Bytes > plain.Bytes || p.Barriers > plain.Barriers || p.MACs != plain.MACs || p.FloorBytes != plain.FloorBytes {
				t.Errorf("%s, %b: plainly %d launches, %d barriers, %d bytes, %d multiply-adds\n%v", name, f, len(plain.Steps), plain.Barriers, plain.Bytes, plain.MACs, p)
			}
		}
	})
}

// A work group of a fused launch never takes more shared memory than there is, and
// the tiles cover the output.
func TestTilesFit(t *testing.T) {
	builtIn(t, func(name string, plan func(network.PlanOptions) *network.Plan) {
		for _, shared := range []int{64, 1024, 4096, 12288} {
			o := fusing(network.DefaultCost)
			o.SharedFloats = shared
			for i, s := range plan(o).Steps {
				if s.First == nil {
					if s.Tile != (network.Tile{}) {
						t.Errorf("%s: step %d has %v", name, i, s.Tile)
					}
					continue
				}
				_, _, h, w := s.Output.NCHW()
				if s.Tile.Rows < 1 || s.Tile.Rows > h || s.Tile.Columns < 1 || s.Tile.Columns > w || s.Tile.Columns%4 != 0 && s.Tile.Columns != w {
					t.Errorf("%s: step %d: %v of an output of %dx%d", name, i, s.Tile, h, w)
				}
				if floats := middleFloats(&s); floats > shared {
					t.Errorf("%s: step %d: %v takes %d floats of shared memory, of %d", name, i, s.Tile, floats, shared)
				}
			}
		}
	})
}

// Where work groups are shared out at once, three among two would leave one idle half of the time.
func TestTilesAreSharedOut(t *testing.T) {
	g := parse(t, "x = input 1x60x28x28\ny = conv 60 k3 p1 g60 : x\nz = conv 240 g3 : y\nout z")
	for _, c := range []struct {
		threads int
		shares  bool
		want    network.Tile
	}{
		{2, false, network.Tile{Channels: 80, Rows: 28, Columns: 28}}, // a work group for each group of channels
		{2, true, network.Tile{Channels: 80, Rows: 14, Columns: 28}},
		{3, true, network.Tile{Channels: 80, Rows: 28, Columns: 28}},
	} {
		o := fusing(model(func(m *network.CostModel) {
			m.Groups, m.Shares, m.Shared, m.Lanes, m.Wave, m.Tile = c.threads, c.shares, 1<<20, 16, 8, 80
		}))
		o.Fuse, o.SharedFloats = network.FuseDepthwise|network.FuseAlways, 1<<16
		p, err := network.NewPlan(g, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Steps[0].Tile; len(p.Steps) != 1 || got != c.want {
			t.Errorf("%d threads, shared out %t: %v, want %v", c.threads, c.shares, got, c.want)
		}
	}
}

// middleFloats counts what lies between a step's two operators, of one work group.
func middleFloats(s *network.Step) int {
	up := func(n int) int { return (n + 3) / 4 * 4 }
	pool, ok := s.Op.(network.Pool)
	if !ok {
		_, _, _, width := s.Inputs[0].NCHW()
		_, _, _, outWidth := s.Output.NCHW()
		channels := s.First.Shape[1] / s.Op.(network.Conv).G()
		floats := channels * s.Tile.Rows * up(s.Tile.Columns)
		if s.First.First != nil {
			w := s.First.Op.Normal()
			rows, columns := (s.Tile.Rows-1)*w.Stride[0]+w.Kernel[0], up(width)
			if s.Tile.Columns < outWidth {
				columns = up((up(s.Tile.Columns)-1)*w.Stride[1] + w.Kernel[1] + 3)
			}
			floats += channels * rows * columns
		}
		return floats
	}
	w := pool.Normal()
	rows := (s.Tile.Rows-1)*w.Stride[0] + (w.Kernel[0]-1)*w.Dilation[0] + 1
	columns := (up(s.Tile.Columns)-1)*w.Stride[1] + (w.Kernel[1]-1)*w.Dilation[1] + 1
	return up(s.Tile.Channels) * rows * up(columns)
}

func sorted(words string) []string {
	list := strings.Fields(words)
	slices.Sort(list)
	return list
}

// A model that no time can be computed by is refused.
func TestCostModelsThatMakeNoSense(t *testing.T) {
	g := parse(t, "x = input 1x4x6x6\ny = conv 4 : x\nout y")
	for _, c := range []struct {
		edit func(m *network.CostModel)
		want string
	}{
		{func(m *network.CostModel) { m.Launch = -1 }, "network: cost model: -1 nanoseconds for a launch, 10000 for a barrier: not supported"},
		{func(m *network.CostModel) { m.Barrier = math.NaN() }, "network: cost model: 10000 nanoseconds for a launch, NaN for a barrier: not supported"},
		{func(m *network.CostModel) { m.Bytes = 0 }, "network: cost model: 0 bytes, 60 cached and 40 multiply-adds a nanosecond: each must be above 0: not supported"},
		{func(m *network.CostModel) { m.MACs = math.Inf(1) }, "network: cost model: 10 bytes, 60 cached and +Inf multiply-adds a nanosecond: each must be above 0: not supported"},
		{func(m *network.CostModel) { m.Groups = 0 }, "network: cost model: 0 work groups of 64 invocations, 16 in step, with 32 or 16 outputs each: at least 1, and 4 outputs: not supported"},
		{func(m *network.CostModel) { m.Tile = 3 }, "network: cost model: 32 work groups of 64 invocations, 16 in step, with 3 or 16 outputs each: at least 1, and 4 outputs: not supported"},
	} {
		_, err := network.NewPlan(g, network.PlanOptions{Cost: model(c.edit)})
		wantError(t, err, network.ErrUnsupported, c.want)
	}
	for _, shared := range []int{-1, 1 << 20} {
		_, err := network.NewPlan(g, network.PlanOptions{SharedFloats: shared})
		wantError(t, err, network.ErrUnsupported, fmt.Sprintf("network: %d floats of shared memory: not supported", shared))
	}
}
