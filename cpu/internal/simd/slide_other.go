//go:build noasm || !amd64

package simd

func hasSlides(Level) bool { return false }

// Run is never called: NewSlide makes none here.
func (s *Slide) Run(*Planes, int, int) {}

func (p *Planes) totals(int, float32) {}
