package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestTables holds both tables against text that was looked at.
func TestTables(t *testing.T) {
	of := func(ms ...float64) timings { return timings{early: []float64{2 * ms[0]}, steady: ms} }
	rows := []row{
		{"shufflenet_v1_g1_1.0x", 1, 143_000_000, of(1.1, 1.15, 1.3), of(1.6, 1.65)},
		{"shufflenet_v1_g8_1.0x", 1, 138_000_000, of(1.2, 1.3), of(2.2, 2.3)},
		{"shufflenet_v1_g1_1.0x", 2, 143_000_000, of(0.6, 0.65), of(0.9, 1)},
		{"alexnet", 2, 714_000_000, of(6), of(13)},
	}
	var got bytes.Buffer
	header(&got)
	for i := range rows {
		rows[i].print(&got)
	}
	printRates(&got, rows)
	golden := filepath.Join("testdata", "tables.txt")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestNoRows(t *testing.T) {
	var got bytes.Buffer
	if printRates(&got, nil); got.Len() > 0 {
		t.Errorf("%q", got.String())
	}
}
