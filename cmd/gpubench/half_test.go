package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
)

// The CPU with weights in fp16 is measured beside the CPU as it is, says so, and is
// right in fewer digits.
func TestBenchHalfWeights(t *testing.T) {
	var out, errs bytes.Buffer
	args := "bench -backend cpu,cpu-fp16 -threads 1 -runs 6 -warmup 0 -inflight 0 -format json -size 32 -model " + tiny
	if status := run(strings.Fields(args), realSystem(&out, &errs)); status != success {
		t.Fatalf("exit status %d: %s", status, errs.String())
	}
	var rs []record.Record
	if err := json.Unmarshal(out.Bytes(), &rs); err != nil || len(rs) != 2 {
		t.Fatalf("%d records, %v", len(rs), err)
	}
	for i, want := range []string{"fp32", "fp16w"} {
		if got := rs[i].Test; got.Precision != want || got.Backend != "cpu" || got.Threads != 1 {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	exact, rounded := float64(rs[0].Accuracy.MaxRelErr), float64(rs[1].Accuracy.MaxRelErr)
	if !(exact < 1e-5 && rounded > 1e-5 && rounded < 5e-3) {
		t.Errorf("errors %g and %g", exact, rounded)
	}
}
