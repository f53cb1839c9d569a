package cpu

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// Options changes how the backend runs. The zero value is what to use.
type Options struct {
	// Threads is how many goroutines compute, for all sessions together; 0 means GOMAXPROCS.
	// Where cores differ in speed, as big and LITTLE ones, the number of fast ones may be
	// better, if others take more than twice as long: gpubench bench -threads 1-8 tells. For a
	// second after a run one of them looks up every 2 ms, so that the next finds Go's scheduler awake.
	Threads int

	// HalfWeights keeps the weights of fully connected layers as fp16, in half the
	// memory: those layers take as long as it takes to read their weights (see New). Each is rounded
	// by up to 2^-11 of itself, or 2^-25 if it is below 2^-14; arithmetic and maps stay
	// fp32. A finite weight beyond 65504 is an error (ErrRange); infinite ones and NaN stay
	// what they are.
	HalfWeights bool
}

// Backend runs plans on the CPU.
type Backend struct {
	threads int
	level   simd.Level
	team    *team
	halves  bool           // Options.HalfWeights
	prefer  *simd.Winograd // an algorithm for convolutions that it can do; nil: what is cheapest
}

// New returns the fast CPU backend. Some convolutions are by Winograd's or Strassen's algorithm
// (Backend.Algorithm says which), where results are rounded otherwise, by up to 1e-5 of the largest,
// and a NaN or an infinity spreads to some pixels beside it. Weights of large fully connected layers are kept in
// three bytes, where results are not told apart from those of float32.
func New(opt Options) *Backend {
	if opt.Threads < 1 {
		opt.Threads = runtime.GOMAXPROCS(0)
	}
	return &Backend{threads: opt.Threads, level: simd.Best(), halves: opt.HalfWeights, team: &team{size: int64(opt.Threads)}}
}

func (*Backend) Name() string { return "cpu" }

// Device is the processor's name and the number of threads used.
func (b *Backend) Device() string {
	plural := "s"
	if b.threads == 1 {
		plural = ""
	}
	return fmt.Sprintf("%s, %d thread%s", processor(), b.threads, plural)
}

// Driver says which instructions are used.
func (b *Backend) Driver() string {
	text := b.level.String()
	if b.halves {
		text += ", fp16 weights by " + b.level.Halves().String()
	}
	return "shufflegl cpu (" + text + ")"
}

// Storage says in which precision weights are, and that there is one way to keep maps.
func (b *Backend) Storage(*network.Plan) (precision, maps string) {
	if b.halves {
		return "fp16w", ""
	}
	return "fp32", ""
}

// PlanOptions wishes for what keeps more of a network in the caches: planes that begin
// at cache lines, and at different ones; residuals that are written over; and steps that
// keep what lies between two operators to themselves, where that pays.
func (b *Backend) PlanOptions() network.PlanOptions {
	return network.PlanOptions{
		PlaneAlign: lineFloats, PlanesApart: true, InPlace: true,
		HalvesAligned: b.threads == 2 && b.level == simd.AVX512, // which cuts maps there
		Fuse:          network.FuseDepthwise | network.FusePool, SharedFloats: scratchFloats, Fuser: fuser{b.level, b.threads},
	}
}

// Prepare allocates the arena, fills in the constants, makes a kernel of each
// step and starts the workers.
func (b *Backend) Prepare(p *network.Plan) (network.Executor, error) {
	return b.prepare(p, newApart)
}

func (b *Backend) prepare(p *network.Plan, lay func(*network.Plan, []kernel, int) apart) (network.Executor, error) {
	e := &executor{plan: p, kernels: make([]kernel, 1, 1+len(p.Steps)), results: resultsOf(p)}
	for i := range p.Steps {
		s := &p.Steps[i]
		k, err := b.newKernel(s)
		if err != nil {
			return nil, fmt.Errorf("cpu: step %d %s %q: %w", i, s.Kernel, s.Name, err)
		}
		e.kernels = append(e.kernels, k)
	}
	goBack(p, e.kernels[1:])
	e.loading, e.kernels[0] = newLoading(p, e.kernels[1:], b.threads)
	e.apart = lay(p, e.kernels, b.threads)
	memory := e.apart.memory
	if memory == nil {
		memory = newMemory(p.ArenaFloats)
	}
	memory.allocate(e.apart.arenas)
	for i := range b.threads {
		e.arenas = append(e.arenas, memory.arena(min(i, e.apart.arenas-1)))
	}
	e.writeConstants()
	e.workers = startWorkers(b.team, e.kernels, e.apart.layouts, e.arenas)
	return e, nil
}

func (b *Backend) newKernel(s *network.Step) (kernel, error) {
	if op, ok := s.Op.(network.Conv); ok && s.Kernel == network.ConvGeneral && b.prefer != nil {
		if fits(*b.prefer, op) {
			return newWinograd(s, op, *b.prefer, b.threads, b.level), nil
		}
		return newDirect(s, op, b.threads, b.level)
	}
	if s.Kernel == network.FullyConnectedRow && b.halves {
		return newFullyConnectedHalf(s, b.level)
	}
	return newKernel(s, b.threads, b.level)
}

var errOperator = errors.New("the step's operator is not one of the kernel's")
