package results

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/internal/peak"
	"github.com/shufflegl/shufflegl/internal/record"
)

// Limit tells each record that has no Peak yet what the figures of peak say of its
// device. It returns for how many there is none.
func Limit(rs []record.Record, figures []peak.Figure) (without int) {
	for i := range rs {
		if rs[i].Peak == nil {
			rs[i].Peak = peakOf(&rs[i], figures)
		}
		if rs[i].Peak == nil {
			without++
		}
	}
	return without
}

// peakOf takes the best of each figure of the record's device, with as many threads.
// All backends compute in fp32, whatever they store.
func peakOf(r *record.Record, figures []peak.Figure) *record.Peak {
	p := &record.Peak{Memory: []record.Bandwidth{}}
	for _, f := range figures {
		if f.Best == nil || !(*f.Best > 0) || f.Backend != r.Test.Backend || f.Threads != r.Test.Threads || !same(r, f.Device) {
			continue
		}
		of := f.Limit
		if f.Variant != "" {
			of += ", " + f.Variant
		}
		switch {
		case f.Limit == peak.MultiplyAdd && strings.HasPrefix(f.Variant, "fp32") && f.Unit == peak.GMACs:
			if *f.Best > p.GMACs {
				p.GMACs, p.GMACsOf = *f.Best, of
			}
		case slices.Contains([]string{peak.Read, peak.Write, peak.Copy}, f.Limit) && f.Unit == peak.GBs:
			i, known := slices.BinarySearchFunc(p.Memory, f.Bytes, func(b record.Bandwidth, bytes int64) int {
				return int(min(max(b.Bytes-bytes, -1), 1))
			})
			if !known {
				p.Memory = slices.Insert(p.Memory, i, record.Bandwidth{Bytes: f.Bytes})
			}
			if *f.Best > p.Memory[i].GBs {
				p.Memory[i].GBs, p.Memory[i].Of = *f.Best, of
			}
		}
	}
	if p.GMACs == 0 && len(p.Memory) == 0 {
		return nil
	}
	return p
}

// same reports whether a device's name is that of a record's. A CPU's ends with the
// number of threads, of which peak measures more than one.
func same(r *record.Record, device string) bool {
	if r.Test.Threads == 0 {
		return device == r.Device.Name
	}
	return processor(device) == processor(r.Device.Name)
}

func processor(device string) string {
	name, threads, found := cutLast(device, ", ")
	var n int
	if _, err := fmt.Sscanf(threads, "%d thread", &n); found && err == nil {
		return name
	}
	return device
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
