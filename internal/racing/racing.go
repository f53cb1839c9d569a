// Package racing tells tests whether the race detector watches, which makes Go ten times
// as slow. Tests that compute much and share nothing leave that out under it.
//
// make test runs what is left out without it: every package with -short, and the tests that
// leave out something there as well by name. A test here holds it to that.
package racing

import "testing"

// Skip skips a test under the race detector.
func Skip(t testing.TB) {
	t.Helper()
	if Detector {
		t.Skip("computes much and shares nothing: make test runs it without the race detector")
	}
}
