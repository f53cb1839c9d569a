package gpu

import (
	"fmt"
	"math"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// selfTest runs a small network that uses every kernel and compares what each
// launch computes with known answers: some drivers compile a shader without
// complaint and compute something else.
func (d *Device) selfTest() error {
	g, in, err := selfTestNetwork()
	if err != nil {
		return err
	}
	p, err := selfTestPlan(g)
	if err != nil {
		return err
	}
	exec, err := d.Prepare(p)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSelfTest, err)
	}
	defer exec.Close()
	return exec.(network.Tracer).Trace(in, func(i int, outs []*tensor.Tensor) error {
		s := &p.Steps[i]
		for j, r := range s.Results() {
			got, want := fingerprint(outs[j].Data), selfTestAnswers[r.Name]
			if !(math.Abs(got-want) <= d.allowed(want, outs[j].Data)) { // NaN fails
				return fmt.Errorf("%w: %s computes %g where %g is right: the driver of %s (%s) is not to be trusted",
					ErrSelfTest, s.Kernel, got, want, d.info.Renderer, d.info.Version)
			}
		}
		return nil
	})
}

// selfTestPlan fuses what can be fused, so that the steps are the same everywhere.
func selfTestPlan(g *network.Graph) (*network.Plan, error) {
	o := PlanOptions()
	o.Cost.Launch = 1e9
	return network.NewPlan(g, o)
}

// fingerprint is a number that changes when elements change or swap places.
func fingerprint(data []float32) float64 {
	sum := 0.0
	for i, v := range data {
		sum += float64(i%13+1) * float64(v)
	}
	return sum
}

// allowed is how far a fingerprint may be from the right one. What fp16 rounds does
// not cancel where the summands do, so there it is a part of their magnitudes.
func (d *Device) allowed(want float64, data []float32) float64 {
	if d.info.Precision == Float32 {
		return 1e-4 * max(math.Abs(want), 1)
	}
	sum := 1.0
	for i, v := range data {
		sum += float64(i%13+1) * math.Abs(float64(v))
	}
	if math.IsInf(sum, 0) {
		return 0
	}
	return 5e-3 * sum
}

// selfTestAnswers are the fingerprints of each step's output by the CPU
// reference; a test computes them anew.
var selfTestAnswers = map[string]float64{
	"general":     37451,
	"pool":        36783,
	"unit":        -59038,
	"stem":        32655,
	"pointwise":   50586,
	"residual":    344388,
	"beside":      49288,
	"average":     84978.111,
	"elementwise": 37429.0997,
	"resample":    -172246.403,
	"transposed":  -565802.834,
	"instance":    52.422786,
	"local":       25.0875611,
	"product":     995.535012,
	"mean":        23.9956859,
	"global":      3023.72803,
	"scaled":      -4.14998603,
	"softmax":     2.6138186,
	"depthwise":   18714.5499,
	"classifier":  6.92268242,
}

// selfTestNetwork has a step for every kernel, and small whole numbers, so that
// the sums are exact on any device.
func selfTestNetwork() (*network.Graph, []*tensor.Tensor, error) {
	whole := func(step, span int, shape ...int) *tensor.Tensor {
		t := tensor.New(shape...)
		for i := range t.Data {
			t.Data[i] = float32(i*step%span - span/2)
		}
		return t
	}
	b := network.NewBuilder("self-test")
	conv := func(name string, x *network.Value, w network.Window, groups int, shape ...int) *network.Value {
		return b.Apply(name, network.Conv{Window: w, Groups: groups}, x,
			b.Const(name+".w", whole(5, 7, shape...)), b.Const(name+".b", whole(3, 5, shape[0])))
	}
	relu := func(name string, x *network.Value) *network.Value {
		return b.Apply(name, network.Activate{Fn: network.ReLU()}, x)
	}
	x := b.Input("x", 1, 4, 9, 9)
	stem := relu("above", conv("below", x, network.Square(3, 1, 1), 1, 5, 4, 3, 3))
	stem = b.Apply("stem", network.Pool{Window: network.Square(3, 2, 1)}, stem)
	general := relu("general", conv("alone", x, network.Square(3, 1, 1), 1, 6, 4, 3, 3))
	y := b.Apply("pool", network.Pool{Window: network.Square(3, 2, 1)}, general)
	unit := relu("expanded", conv("expand", y, network.Square(1, 1, 0), 2, 4, 3, 1, 1))
	unit = conv("middle", b.Apply("mixed", network.ChannelShuffle{Groups: 2}, unit), network.Square(3, 1, 1), 4, 4, 1, 3, 3)
	unit = conv("unit", unit, network.Square(1, 1, 0), 2, 6, 2, 1, 1)
	pointwise := relu("pointwise", conv("gconv1", y, network.Square(1, 1, 0), 3, 6, 2, 1, 1))
	z := b.Apply("shuffle", network.ChannelShuffle{Groups: 3}, pointwise)
	z = conv("first", z, network.Square(3, 1, 1), 6, 6, 1, 3, 3)
	z = conv("gconv2", z, network.Square(1, 1, 0), 3, 6, 2, 1, 1)
	beside := b.Apply("beside", network.Pool{Window: network.Square(3, 1, 1)}, y)
	z = relu("residual", b.Apply("add", network.Binary{Fn: network.FnAdd}, y, z))
	z = b.Apply("average", network.Pool{Window: network.Square(3, 2, 1), Reduce: network.Average, CountIncludePad: true}, z)
	z = conv("depthwise", z, network.Square(3, 1, 1), 6, 6, 1, 3, 3)
	z = b.Apply("elementwise", network.Binary{Fn: network.FnAdd}, z, z)
	up := [][]network.Tap{{{From: 0, Weight: 1}}, {{From: 0, Weight: 0.5}, {From: 1, Weight: 0.5}}, {{From: -1, Weight: 1}}}
	for i := range up { // as many taps for each
		for len(up[i]) < 2 {
			up[i] = append(up[i], network.Tap{})
		}
	}
	r := b.Apply("resample", network.Resample{What: "Resize", Rows: up, Columns: up, Fill: 3}, z)
	r = b.Apply("transposed", network.ConvTranspose{Window: network.Square(2, 2, 1), Groups: 2}, r, b.Const("up.w", whole(5, 7, 6, 2, 2, 2)), b.Const("up.b", whole(3, 5, 4)))
	r = b.Apply("instance", network.InstanceNorm{Epsilon: 1}, r, b.Const("in.s", filledWith(2, 4)), b.Const("in.t", whole(3, 5, 4)))
	r = b.Apply("local", network.LRN{Size: 3, Alpha: 0.5, Beta: 0.75, Bias: 1}, r)
	r = b.Apply("product", network.MatMul{}, r, r)
	r = b.Apply("mean", network.Mean{Axes: []int{1, 3}}, r)
	classified := b.Apply("reduced", network.GlobalPool{Reduce: network.Average}, z)
	classified = b.Apply("row", network.Reshape{Shape: tensor.Shape{1, 6}}, classified)
	classified = b.Apply("logits", network.FullyConnected{}, classified, b.Const("end.w", fractions(whole(5, 7, 9, 6))), b.Const("end.b", whole(3, 5, 9)))
	classified = b.Apply("classifier", network.Softmax{Axis: 1}, classified)
	z = b.Apply("global", network.GlobalPool{Reduce: network.Average}, z)
	global := z
	z = b.Apply("flat", network.Reshape{Shape: tensor.Shape{1, 6}}, z)
	z = b.Apply("connected", network.FullyConnected{}, z, b.Const("fc.w", whole(5, 7, 5, 6)), b.Const("fc.b", whole(3, 5, 5)))
	z = b.Apply("scaled", network.BatchNorm{}, z, b.Const("s", filledWith(1e-4, 5)), b.Const("t", filledWith(0, 5)),
		b.Const("m", filledWith(0, 5)), b.Const("v", filledWith(1, 5)))
	g, err := b.Build(b.Apply("softmax", network.Softmax{Axis: 1}, z), r, beside, general, stem, pointwise, unit, global, z, classified)
	return g, []*tensor.Tensor{whole(7, 11, 1, 4, 9, 9)}, err
}

// fractions makes factors small enough for softmax.
func fractions(t *tensor.Tensor) *tensor.Tensor {
	for i := range t.Data {
		t.Data[i] /= 1024
	}
	return t
}

func filledWith(v float32, n int) *tensor.Tensor {
	t := tensor.New(n)
	for i := range t.Data {
		t.Data[i] = v
	}
	return t
}
