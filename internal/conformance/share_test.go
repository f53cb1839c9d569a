package conformance

import (
	"slices"
	"testing"
)

// Shares are parts of what is sampled: each case is in one of them.
func TestShares(t *testing.T) {
	for _, sample := range []int{0, 7} {
		var all, parts []string
		for _, c := range (Options{Sample: sample}).sampled() {
			all = append(all, c.Name)
		}
		for i := range 3 {
			for _, c := range (Options{Sample: sample, Share: i, Of: 3}).sampled() {
				parts = append(parts, c.Name)
			}
		}
		slices.Sort(all)
		slices.Sort(parts)
		if !slices.Equal(all, parts) {
			t.Errorf("sample %d: %d cases, in shares %d", sample, len(all), len(parts))
		}
	}
}
