package results_test

import (
	"reflect"
	"testing"

	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/record"
	"github.com/shufflegl/shufflegl/internal/results"
)

// A record gets the best figures of its own device, with as many threads as it had.
func TestLimit(t *testing.T) {
	f := func(backend, device string, threads int, limit, variant string, bytes int64, unit peak.Unit, best float64) peak.Figure {
		return peak.Figure{Backend: backend, Device: device, Threads: threads, Limit: limit, Variant: variant, Bytes: bytes, Unit: unit, Best: &best}
	}
	broken := f("gpu", "Mali", 0, peak.MultiplyAdd, "fp32", 0, peak.GMACs, 0)
	broken.Best = nil
	figures := []peak.Figure{
		broken,
		f("gpu", "Mali", 0, peak.MultiplyAdd, "fp32", 0, peak.GMACs, 20),
		f("gpu", "Mali", 0, peak.MultiplyAdd, "fp16", 0, peak.GMACs, 40),
		f("gpu", "Adreno", 0, peak.MultiplyAdd, "fp32", 0, peak.GMACs, 90),
		f("gpu", "Mali", 0, peak.Copy, "64 MiB", 64<<20, peak.GBs, 3),
		f("gpu", "Mali", 0, peak.Read, "64 MiB", 64<<20, peak.GBs, 4),
		f("gpu", "Mali", 0, peak.Write, "1 MiB", 1<<20, peak.GBs, 7),
		f("gpu", "Mali", 0, peak.Upload, "16 MiB", 16<<20, peak.GBs, 99),
		f("gpu", "Mali", 0, peak.Launch, "", 0, peak.Micros, 30),
		f("cpu", "4 Cortex-A55, 4 threads", 1, peak.MultiplyAdd, "fp32, NEON", 0, peak.GMACs, 7),
		f("cpu", "4 Cortex-A55, 4 threads", 4, peak.MultiplyAdd, "fp32, NEON", 0, peak.GMACs, 25),
		f("cpu", "4 Cortex-A55, 4 threads", 4, peak.MultiplyAdd, "fp32, Go", 0, peak.GMACs, 2),
	}
	r := func(backend, device string, threads int) record.Record {
		return record.Record{Test: record.Test{Backend: backend, Threads: threads}, Device: record.Device{Name: device}}
	}
	known := r("gpu", "Mali", 0)
	known.Peak = &record.Peak{GMACs: 5}
	rs := []record.Record{r("gpu", "Mali", 0), r("cpu", "4 Cortex-A55, 4 threads", 4), r("cpu", "4 Cortex-A55, 1 thread", 1),
		r("cpu", "4 Cortex-A55, 2 threads", 2), r("cpu", "8 Cortex-A76, 4 threads", 4), r("gpu", "V3D", 0), known}
	if n := results.Limit(rs, figures); n != 3 {
		t.Errorf("%d without", n)
	}
	none := []record.Bandwidth{}
	for i, want := range []*record.Peak{
		{GMACs: 20, GMACsOf: "multiply-add, fp32", Memory: []record.Bandwidth{{Bytes: 1 << 20, GBs: 7, Of: "memory write, 1 MiB"}, {Bytes: 64 << 20, GBs: 4, Of: "memory read, 64 MiB"}}},
		{GMACs: 25, GMACsOf: "multiply-add, fp32, NEON", Memory: none},
		{GMACs: 7, GMACsOf: "multiply-add, fp32, NEON", Memory: none},
		nil, nil, nil,
		{GMACs: 5},
	} {
		if !reflect.DeepEqual(rs[i].Peak, want) {
			t.Errorf("%d: %+v, want %+v", i, rs[i].Peak, want)
		}
	}
	// 40 M multiply-adds at 20 GMAC/s; 21 MB at 7 GB/s.
	for _, c := range []struct {
		macs, bytes int64
		want        float64
	}{{40e6, 7e6, 2}, {40e6, 21e6, 3}, {0, 0, 0}} {
		if got := rs[0].Peak.LeastMS(c.macs, c.bytes); got != c.want {
			t.Errorf("%+v: %v ms", c, got)
		}
	}
	if (*record.Peak)(nil).LeastMS(1, 1) != 0 {
		t.Error("nothing known, and yet a limit")
	}
}
