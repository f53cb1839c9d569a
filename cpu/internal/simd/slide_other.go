//go:build noasm || !amd64

package simd

func hasSlides(Level) bool { return false }

// Run is never called: NewSlide makes none here.
func (s *Slide) Run(*Planes, int, int) {}

func (p *Planes) totals(Level, int, float32) {}

// Run is never called: NewHalves makes none here.
func (h *Halves) Run(_, _ []float32, _ int, _ []float32, _, _ int) {}

// Run is never called: nothing Pools here.
func (p *Pooled) Run(*PooledPlanes, int, int, []float32) {}
