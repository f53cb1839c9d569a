package cpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/cpu/internal/simd"
	"github.com/shufflegl/shufflegl/network"
)

// runFunc does a task.
type runFunc func(task int, arena, scratch []float32)

// kernel is one step made ready to run, cut into tasks that may run in any order
// and at the same time.
type kernel struct {
	tasks   int   // mostTasks at most
	scratch int   // floats of scratch memory that a task needs
	work    int64 // multiply-adds or so, to tell what is worth sharing
	run     runFunc
	back    bool // whoever does all tasks begins with the last

	reads, writes footprint // nil where they are not known for each task

	// elsewhere makes a run for tasks [first, last) that reads the first input where it is found,
	// or reports that it cannot. besides is what they read but that. Both may be nil.
	elsewhere func(first, last int, find finder) (r runFunc, ok bool)
	besides   footprint

	phases *phases // of its only input, if it reads that through them alone
}

// worthwhile reports whether others should be let in on a step.
func (k *kernel) worthwhile() bool {
	return k.tasks > 1 && k.work >= worthSharing
}

// kernels has one row for each kind of step: what makes a kernel of it for so
// many threads.
var kernels = map[network.Kernel]func(s *network.Step, threads int) (kernel, error){
	network.SoftmaxRow:     newSoftmax,
	network.Elementwise:    newElementwise,
	network.ConvTransposed: newTransposed,
	network.NormInstance:   newInstanceNorm,
	network.MeanAxes:       newMean,
	network.MatrixProduct:  newMatmul,
	network.ResamplePixels: newResample,
}

// vectorKernels are those that use package simd, and so must be told which
// instructions they may.
var vectorKernels = map[network.Kernel]func(s *network.Step, threads int, level simd.Level) (kernel, error){
	network.ConvPointwise:     newPointwise,
	network.ConvDepthwise:     newDepthwise,
	network.ConvGeneral:       newGeneral,
	network.PoolWindow:        newPool,
	network.NormLocal:         newLocalNorm,
	network.PoolGlobal:        newGlobalPool,
	network.FullyConnectedRow: newFullyConnected,
	network.ConvFused:         newFused,
	network.ConvPooled:        newPooled,
}

func newKernel(s *network.Step, threads int, level simd.Level) (k kernel, err error) {
	if newK := vectorKernels[s.Kernel]; newK != nil {
		k, err = newK(s, threads, level)
	} else if newK := kernels[s.Kernel]; newK != nil {
		k, err = newK(s, threads)
	} else {
		return kernel{}, fmt.Errorf("kernel: %w", network.ErrUnsupported)
	}
	if err != nil {
		return kernel{}, fmt.Errorf("operator %s (%T): %w: %w", s.Op.Kind(), s.Op, err, network.ErrUnsupported)
	}
	k.work = s.MACs + int64(s.Output.Shape.Size())
	for _, v := range s.Inputs {
		k.work += 2 * int64(v.Shape.Size()) // pooling multiplies nothing
	}
	return k.merged(mostTasks), nil
}

// merged is a kernel of so many tasks at most: several of its own each, of which it is not known what
// they read.
func (k kernel) merged(most int) kernel {
	if k.tasks <= most {
		return k
	}
	all, run, each := k.tasks, k.run, (k.tasks+most-1)/most
	return kernel{tasks: (all + each - 1) / each, scratch: k.scratch, work: k.work, run: func(task int, arena, scratch []float32) {
		for t := task * each; t < min((task+1)*each, all); t++ {
			run(t, arena, scratch)
		}
	}}
}

// chunks cuts items into tasks: a few for each thread, so that none waits long
// for the last. Task t has items [t·size, min((t+1)·size, items)).
func chunks(items, threads int) (tasks, size int) {
	if threads == 1 {
		return 1, items
	}
	size = max(1, (items+4*threads-1)/(4*threads))
	return (items + size - 1) / size, size
}
