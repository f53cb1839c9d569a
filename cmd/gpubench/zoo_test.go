package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/gpu"
	"github.com/shufflegl/shufflegl/internal/racing"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
)

// The command models lists the whole zoo, the same in both formats, as planned.
func TestModels(t *testing.T) {
	racing.Skip(t)
	var rows []modelJSON
	if err := json.Unmarshal([]byte(good(t, "models", "-format", "json")), &rows); err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := printModels(&table, rows); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(table.String()), "\n")
	if len(rows) != len(zoo.Names()) || len(lines) != len(rows)+1 {
		t.Fatalf("%d rows, %d lines, %d networks", len(rows), len(lines), len(zoo.Names()))
	}
	for i, r := range rows {
		if r.Name != zoo.Names()[i] || r.Source == "" || r.MACs < 1e6 || r.Parameters < 1e5 || !slices.Equal(r.InputShape, []int{1, 3, 224, 224}) {
			t.Errorf("%+v", r)
		}
		want := fmt.Sprintf("%s %.1f %.2f %d %d", r.Name, float64(r.MACs)/1e6, float64(r.Parameters)/1e6, r.Launches, r.OnCPU)
		if got := strings.Join(strings.Fields(lines[i+1])[:5], " "); got != want || !strings.HasSuffix(lines[i+1], r.Source) {
			t.Errorf("%q, want %q", lines[i+1], want)
		}
	}
	g, err := zoo.Build(rows[0].Name, zoo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := network.NewPlan(g, gpu.PlanOptions())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Steps) != rows[0].Launches || p.MACs != rows[0].MACs {
		t.Errorf("the plan has %d launches and %d multiply-adds, models %+v", len(p.Steps), p.MACs, rows[0])
	}
}
