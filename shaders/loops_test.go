package shaders

import (
	"strings"
	"testing"
)

func TestLoopTwiceAndWithout(t *testing.T) {
	const source = `void main() {
	// loop outer
	for (int i = lane; i < min(a, b); i += 4) {
		start();
		// loop inner in outer
		for (int c = 0; c < n; c++) {
			work(c);
		}
	}
}
`
	for _, c := range []struct {
		how        func(source, loop string) string
		loop, want string
	}{
		{twice, "inner", "start();work(c);c++;work(c);"},
		{twice, "outer", "start();work(c);i+=4;start();work(c);"},
		{without, "inner", "start();"},
		{without, "outer", ""},
	} {
		got := strings.Join(strings.Fields(c.how(source, c.loop)), "")
		for _, s := range []string{"voidmain(){", "//loopouter", "//loopinnerinouter", "for(inti=lane;i<min(a,b);i+=4)", "for(intc=0;c<n;c++)", "{", "}"} {
			got = strings.ReplaceAll(got, s, "")
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.loop, got, c.want)
		}
	}
}

// Each loop is of a file, and stands behind the one around it.
func TestLoops(t *testing.T) {
	count := 0
	for _, f := range Files() {
		seen := map[string]bool{"": true}
		for _, l := range New(f).Loops() {
			if seen[l.Name] || !seen[l.In] {
				t.Errorf("%s: loop %s in %q", f, l.Name, l.In)
			}
			seen[l.Name] = true
			count++
			if len(New(f).Twice(l.Name)) <= len(New(f).Source()) {
				t.Errorf("%s: loop %s is not longer", f, l.Name)
			}
			if len(New(f).Without(l.Name)) >= len(New(f).Source()) {
				t.Errorf("%s: without loop %s it is not shorter", f, l.Name)
			}
		}
		if marks := strings.Count(text(f), "// loop "); marks != len(seen)-1 {
			t.Errorf("%s: %d loops are marked, and %d are loops", f, marks, len(seen)-1)
		}
	}
	if count < 10 {
		t.Errorf("only %d loops", count)
	}
}
