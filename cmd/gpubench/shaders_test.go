package main

import (
	"reflect"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// compiled is what a driver might say: one program at once, one only after a
// dispatch, and both with all figures; the second is not for every device.
func compiled() []gpu.ProgramReport {
	text := "MESA_SHADER_COMPUTE shader: 335 inst, 11.041667 cycles, 11.041667 arith, 9.000000 ldst, 1 threads, 0:0 spills:fills"
	return []gpu.ProgramReport{{
		File: "conv_pointwise.comp", Variant: "LX=16 LY=4 OC=8", Launches: 12, Invocations: 19776,
		Resources: shaders.Resources{WorkGroup: [3]int{16, 4, 1}, StorageBlocks: 3, UniformBlocks: 1, UniformBlockBytes: 96, Samplers: 1, Version: 310},
		Statistics: &gpu.Statistics{
			Text:    text,
			Values:  map[string]float64{"inst": 335, "cycles": 11.041667, "arith": 11.041667, "ldst": 9, "threads": 1, "spills": 0, "fills": 0},
			Figures: map[gpu.Figure]float64{gpu.Instructions: 335, gpu.Cycles: 11.041667, gpu.Threads: 1, gpu.Spills: 0, gpu.Fills: 0},
			Units:   map[string]float64{"arith": 11.041667, "ldst": 9},
		},
		Messages: []string{text},
		Loops:    []gpu.LoopReport{{Loop: shaders.Loop{Name: "inputs"}, Round: map[string]float64{"inst": 80, "cycles": 4, "arith": 4, "ldst": 2}}},
		Modelled: map[gpu.Figure]float64{gpu.Instructions: 50e6, gpu.Cycles: 2e6},
	}, {
		File: "conv_fused.comp", Variant: "LX=256 KH=3", Launches: 3, Invocations: 2304,
		Resources: shaders.Resources{WorkGroup: [3]int{256, 1, 1}, SharedBytes: 32768, StorageBlocks: 3, UniformBlocks: 1, UniformBlockBytes: 128,
			Samplers: 1, Images: 1, Version: 320, Extensions: []string{"GL_EXT_a"}},
		Beyond: []string{"the language of OpenGL ES 3.2", "256 invocations a work group, at most 128", "the extension GL_EXT_a"},
		Statistics: &gpu.Statistics{
			Text:    "CS shader: ...",
			Values:  map[string]float64{"inst": 1349, "cycles": 61, "max-temps": 66, "spills": 43, "fills": 56},
			Figures: map[gpu.Figure]float64{gpu.Instructions: 1349, gpu.Cycles: 61, gpu.Registers: 66, gpu.Spills: 43, gpu.Fills: 56},
		},
		Dispatched: true,
		Modelled:   map[gpu.Figure]float64{gpu.Instructions: 4e6, gpu.Cycles: 0.25e6},
	}}
}

// silent is a driver that gives statistics of one program alone.
func silent() []gpu.ProgramReport {
	all := compiled()
	all[1].Statistics, all[1].Messages, all[1].Modelled = nil, nil, nil
	return all
}

// A sum is given only if every summand is known.
func TestTotal(t *testing.T) {
	of := func(programs []gpu.ProgramReport) shadersJSON {
		return describeShaders("m", &gpu.Info{}, programs, &network.Plan{})
	}
	if j := of(compiled()); j.Launches != 15 || *j.Instructions != 335*19776+1349*2304 || *j.Cycles != 11.041667*19776+61*2304 {
		t.Errorf("%d launches, %v instructions, %v cycles", j.Launches, *j.Instructions, *j.Cycles)
	}
	if j := of(compiled()); *j.ModelledInstructions != 54e6 || *j.ModelledCycles != 2.25e6 {
		t.Errorf("%v instructions, %v cycles with loops", *j.ModelledInstructions, *j.ModelledCycles)
	}
	if j := of(silent()); j.Instructions != nil || j.Cycles != nil || j.ModelledCycles != nil {
		t.Errorf("%v instructions, %v cycles of programs that nobody counted", j.Instructions, j.Cycles)
	}
	without := compiled()
	delete(without[0].Statistics.Figures, gpu.Cycles)
	if j := of(without); j.Instructions == nil || j.Cycles != nil {
		t.Errorf("%v instructions, %v cycles", j.Instructions, j.Cycles)
	}
}

// Launches stand in the plan's order, each with what it costs.
func TestShadersTellsEachLaunch(t *testing.T) {
	programs := []gpu.ProgramReport{
		{Uses: []gpu.UseReport{{Step: 0, WorkGroups: 7, Modelled: map[gpu.Figure]float64{gpu.Cycles: 5}}, {Step: 2, WorkGroups: 9}}},
		{Uses: []gpu.UseReport{{Step: 1, WorkGroups: 8, Modelled: map[gpu.Figure]float64{gpu.Instructions: 6}}}},
	}
	plan := &network.Plan{Steps: []network.Step{
		{Kernel: network.ConvPointwise, Bytes: 100, Layers: []string{"a"}}, {Kernel: network.PoolWindow, Layers: []string{"b"}}, {Kernel: network.ConvPointwise, Layers: []string{"c"}}}}
	five, six := 5.0, 6.0
	want := []launchJSON{
		{Step: 0, Kernel: network.ConvPointwise, Layers: []string{"a"}, Program: 0, WorkGroups: 7, Bytes: 100, ModelledCycles: &five},
		{Step: 1, Kernel: network.PoolWindow, Layers: []string{"b"}, Program: 1, WorkGroups: 8, ModelledInstructions: &six},
		{Step: 2, Kernel: network.ConvPointwise, Layers: []string{"c"}, Program: 0, WorkGroups: 9},
	}
	if got := describeShaders("m", &gpu.Info{}, programs, plan).Steps; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}
