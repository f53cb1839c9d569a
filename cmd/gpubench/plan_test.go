package main

import (
	"encoding/json"
	"testing"

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
		}
	}
	if err := json.Unmarshal([]byte(stdout), &j); err != nil || status != success {
		t.Fatalf("exit status %d, %v", status, err)
	}
	if j.Launches != int64(len(p.Steps)) || j.Barriers != int64(p.Barriers) || j.MACs != p.MACs || j.Bytes != p.Bytes ||
		j.FloorBytes != p.FloorBytes || j.ArenaBytes != p.ArenaBytes() || len(j.Steps) != len(p.Steps) {
		t.Errorf("%+v", j)
	}
	var macs, bytes int64
	layers := map[string]bool{}
	for _, s := range j.Steps {
		macs, bytes = macs+s.MACs, bytes+s.Bytes
		for _, l := range s.Layers {
			layers[l] = true
		}
		if s.Kernel == "" {
			t.Error("a step without a kernel")
		}
	}
	if macs != j.MACs || bytes != j.Bytes {
		t.Errorf("the steps' %d multiply-adds and %d bytes are not the plan's %d and %d", macs, bytes, j.MACs, j.Bytes)
	}
	if !layers["stage3.unit2.dwconv"] {
		t.Errorf("layers %v", layers)
	}
}
