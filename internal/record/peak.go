package record

// Peak is what the device can do at best, as gpubench peak found it: no launch can
// be quicker than it allows.
type Peak struct {
	GMACs   float64     `json:"gmacs"` // multiply-adds, 10^9 a second; 0 is not known
	GMACsOf string      `json:"gmacs_of"`
	Memory  []Bandwidth `json:"memory"` // of working sets, the smallest first
}

// Bandwidth is how fast memory is, at best.
type Bandwidth struct {
	Bytes int64   `json:"bytes"` // of the working set
	GBs   float64 `json:"gbs"`   // 10^9 bytes a second, read and written
	Of    string  `json:"of"`    // "memory copy, 1 MiB"
}

// GBs is the best bandwidth of all working sets; 0 is not known.
func (p *Peak) GBs() (best float64) {
	for _, m := range p.Memory {
		best = max(best, m.GBs)
	}
	return best
}

// LeastMS is the least time that so much work takes: whichever takes longer, its
// arithmetic or moving its bytes, at the best rates there are. It is 0 where nothing
// is known.
func (p *Peak) LeastMS(macs, bytes int64) (ms float64) {
	if p == nil {
		return 0
	}
	if p.GMACs > 0 {
		ms = float64(macs) / p.GMACs / 1e6
	}
	if b := p.GBs(); b > 0 {
		ms = max(ms, float64(bytes)/b/1e6)
	}
	return ms
}

// LeastMS is the least time that the record's layers take one after the other.
func (r *Record) LeastMS() (ms float64) {
	for _, l := range r.Layers {
		ms += r.Peak.LeastMS(l.MACs, l.Bytes)
	}
	return ms
}
