package record_test

import (
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/internal/record"
)

// of makes samples in milliseconds that alternate between those given.
func of(n int, ms ...float64) (all []float64) {
	for i := range n {
		all = append(all, ms[i%len(ms)])
	}
	return all
}

func TestPaceSince(t *testing.T) {
	usual := record.NewPace(of(10, 0.034), of(10, 0.0002))
	for _, c := range []struct {
		name           string
		now            *record.Pace
		want, unsteady []string
	}{
		{"same", record.NewPace(of(10, 0.034, 0.0345), of(10, 0.0003)), nil, nil},
		{"slower core", record.NewPace(of(10, 0.0425), of(10, 0.0002)), []string{"a fixed loop took 42.5 µs, before 34 µs"}, nil},
		{"faster core", record.NewPace(of(10, 0.030), of(10, 0.0002)), []string{"a fixed loop took 30 µs, before 34 µs"}, nil},
		{"cores apart", record.NewPace(of(10, 0.034), of(10, 0.0009)), []string{"a word to another core and back took 0.9 µs, before 0.2 µs"}, nil},
		{"flips", record.NewPace(of(12, 0.034, 0.034, 0.04), of(12, 0.0002)), nil, []string{"a fixed loop took 34 µs to 40 µs"}},
		{"one slow round", record.NewPace(of(12, append(of(11, 0.034), 0.05)...), of(12, 0.0002)), nil, nil},
		{"one core", record.NewPace(of(10, 0.034), nil), nil, nil},
		{"few rounds", record.NewPace(of(4, 0.034, 0.05, 0.034), nil), nil, nil},
		{"not timed", nil, nil, nil},
	} {
		if got := c.now.Since(usual); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := c.now.Unsteady(); !slices.Equal(got, c.unsteady) {
			t.Errorf("%s: unsteady: %q, want %q", c.name, got, c.unsteady)
		}
	}
	if got := usual.Since(nil); got != nil {
		t.Errorf("since nothing: %q", got)
	}
	if record.NewPace(nil, nil) != nil {
		t.Error("a pace of no samples")
	}
	if got, want := usual.String(), "a fixed loop takes 34 µs, a word to another core and back 0.2 µs"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
