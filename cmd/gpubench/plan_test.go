package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

func TestPlan(t *testing.T) {
	g, err := zoo.Build(tiny, zoo.Options{Height: 64, Width: 32})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, gpu.PlanOptions())
	if err != nil {
		t.Fatal(err)
	}
	var w world
	status, stdout, _ := w.run("plan", "-model", tiny, "-size", "64x32")
	if status != success || stdout != p.String() {
		t.Errorf("exit status %d\n%s", status, stdout)
	}

	status, stdout, _ = w.run("plan", "-model", tiny, "-size", "64x32", "-format", "json")
	// The names that scripts rely on.
	var j struct {
		Launches, Barriers, MACs, Bytes int64
		FloorBytes                      int64 `json:"floor_bytes"`
		ArenaBytes                      int64 `json:"arena_bytes"`
		Steps                           []struct {
			Kernel      string
			Layers      []string
			MACs, Bytes int64
			FloorBytes  int64   `json:"floor_bytes"`
			Intensity   float64 `json:"macs_per_byte"`
			Inputs      [][]int `json:"input_shapes"`
			Tile        *struct{ Channels, Rows, Columns int }
			Beside      *struct {
				Name   string
				Layers []string
			}
		}
	}
	if err := json.Unmarshal([]byte(stdout), &j); err != nil || status != success {
		t.Fatalf("exit status %d, %v", status, err)
	}
	if j.Launches != int64(len(p.Steps)) || j.Barriers != int64(p.Barriers) || j.MACs != p.MACs || j.Bytes != p.Bytes ||
		j.FloorBytes != p.FloorBytes || j.ArenaBytes != p.ArenaBytes() || len(j.Steps) != len(p.Steps) {
		t.Errorf("%+v", j)
	}
	var macs, bytes, floor int64
	tiles := 0
	layers := map[string]bool{}
	for _, s := range j.Steps {
		macs, bytes, floor = macs+s.MACs, bytes+s.Bytes, floor+s.FloorBytes
		for _, l := range s.Layers {
			layers[l] = true
		}
		if s.Tile != nil && s.Tile.Rows > 0 {
			tiles++
		}
		if s.Beside != nil {
			for _, l := range s.Beside.Layers {
				layers[l] = true
			}
		}
		if len(s.Inputs) == 0 || s.Bytes > 0 && s.Intensity != float64(s.MACs)/float64(s.Bytes) {
			t.Errorf("%+v", s)
		}
		if s.Kernel == "" {
			t.Error("a step without a kernel")
		}
	}
	if macs != j.MACs || bytes != j.Bytes || floor != j.FloorBytes {
		t.Errorf("the steps' %d multiply-adds, %d bytes and floor of %d are not the plan's %d, %d and %d", macs, bytes, floor, j.MACs, j.Bytes, j.FloorBytes)
	}
	if !layers["stage3.unit2.dwconv"] || !layers["stage3.unit1.avgpool"] || tiles == 0 {
		t.Errorf("%d tiles, layers %v", tiles, layers)
	}

	const v3d = "V3D 4.2"
	if p, err = network.NewPlan(g, gpu.PlanOptionsFor(v3d)); err != nil {
		t.Fatal(err)
	}
	if status, stdout, _ = w.run("plan", "-model", tiny, "-size", "64x32", "-renderer", v3d); status != success || stdout != p.String() {
		t.Errorf("exit status %d\n%s", status, stdout)
	}
	if status, _, stderr := w.run("plan", "-backend", "cpu", "-renderer", v3d); status != misuse || !strings.Contains(stderr, "-renderer") {
		t.Errorf("exit status %d: %s", status, stderr)
	}

	// What is fused can be told.
	o := gpu.PlanOptionsFor(v3d)
	o.Fuse = network.FuseDepthwise | network.FuseUnit | network.FuseAlways
	told, err := network.NewPlan(g, o)
	if err != nil {
		t.Fatal(err)
	}
	if status, stdout, _ = w.run("plan", "-model", tiny, "-size", "64x32", "-renderer", v3d, "-fuse", "depthwise+unit"); status != success || stdout != told.String() || stdout == p.String() {
		t.Errorf("exit status %d\n%s", status, stdout)
	}

	// fp16 is half of what units must move, and other launches pay.
	options := gpu.PlanOptions()
	options.ElementBytes = 2
	half, err := network.NewPlan(g, options)
	if err != nil {
		t.Fatal(err)
	}
	_, stdout, _ = w.run("plan", "-model", tiny, "-size", "64x32", "-precision", "fp16", "-format", "json")
	if err := json.Unmarshal([]byte(stdout), &j); err != nil {
		t.Fatal(err)
	}
	if j.FloorBytes != p.FloorBytes/2 || j.Bytes != half.Bytes || j.ArenaBytes != half.ArenaBytes() || half.ArenaBytes() != 2*int64(half.ArenaFloats) {
		t.Errorf("in fp16 %d bytes, an arena of %d and a floor of %d; in fp32 %d, %d, %d", j.Bytes, j.ArenaBytes, j.FloorBytes, p.Bytes, p.ArenaBytes(), p.FloorBytes)
	}
}

// The plan for the CPU is that of the backend, with what it fuses, and then by which
// algorithms.
func TestPlanForTheCPU(t *testing.T) {
	const squeezenet = "squeezenet_1.1"
	g, err := zoo.Build(squeezenet, zoo.Options{Blank: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.PlanFor(cpu.New(cpu.Options{}), g)
	if err != nil {
		t.Fatal(err)
	}
	var w world
	if status, stdout, _ := w.run("plan", "-model", squeezenet, "-backend", "cpu"); status != success || !strings.HasPrefix(stdout, p.String()) {
		t.Errorf("exit status %d\n%s\nwant %v", status, stdout, p)
	}
}
