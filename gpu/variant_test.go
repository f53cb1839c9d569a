package gpu

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// randomVariant has values that are worth a try, of the axes that a kernel uses.
func randomVariant(r *rand.Rand, k kernelFile) variant {
	var v variant
	for _, a := range axesOf[k] {
		a.set(&v, a.values[r.IntN(len(a.values))])
	}
	return v
}

// A variant is read as it was written.
func TestVariantText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := range axesOf {
		for range 50 {
			v := randomVariant(r, k)
			if got, err := parseVariant(v.String()); err != nil || got != v {
				t.Errorf("%q is read as %q, %v", v, got, err)
			}
		}
	}
	for _, text := range []string{"", " ", "channels", "channels=", "channels=x", "channels=-4", "channels=0", "channels=04", "channels=8 ", "vectors=1 channels=8",
		"channels=8 channels=8", "sparing=1", "sparing sparing", "buffered sparing", "colour=4", "channels=99999999999999999999", "channels=8\nlanes=4", "default"} {
		if v, err := parseVariant(text); err == nil {
			t.Errorf("%q is read as %q", text, v)
		}
	}
}

// What a shape or the limits do not allow is refused, and said.
func TestVariantCheck(t *testing.T) {
	b := bounds{inputs: 12, outputs: 20, vectors: 7, rows: 5}
	small := specMinimum
	small.WorkGroupInvocations = 32
	for _, c := range []struct {
		kernel kernelFile
		text   string
		limits launchLimits
		says   string // empty: it is fine
	}{
		{pointwiseFile, "channels=20 vectors=2 unroll=1 lanes=64", specMinimum, ""},
		{pointwiseFile, "channels=4 vectors=1 unroll=4 lanes=128 buffered", specMinimum, ""},
		{pointwiseFile, "channels=24 vectors=1 unroll=1 lanes=64", specMinimum, "channels"},
		{pointwiseFile, "channels=6 vectors=1 unroll=1 lanes=64", specMinimum, "channels"},
		{pointwiseFile, "vectors=1 unroll=1 lanes=64", specMinimum, "channels"},
		{pointwiseFile, "channels=4 vectors=8 unroll=1 lanes=64", specMinimum, "vectors"},
		{pointwiseFile, "channels=20 vectors=4 unroll=1 lanes=64", specMinimum, "channels by vectors"},
		{pointwiseFile, "channels=8 vectors=1 unroll=3 lanes=64", specMinimum, "unroll"},
		{pointwiseFile, "channels=16 vectors=1 unroll=4 lanes=64", specMinimum, ""},
		{pointwiseFile, "channels=8 vectors=1 lanes=64", specMinimum, "unroll"},
		{pointwiseFile, "channels=8 vectors=1 unroll=1 lanes=48", specMinimum, "lanes"},
		{pointwiseFile, "channels=8 vectors=1 unroll=1 lanes=256", specMinimum, "lanes"},
		{pointwiseFile, "channels=8 vectors=1 unroll=1 lanes=64", small, "lanes"},
		{pointwiseFile, "channels=8 vectors=1 unroll=1", specMinimum, "lanes"},
		{pointwiseFile, "channels=8 vectors=1 unroll=1 lanes=64 rows=2", specMinimum, "has no rows=2"},
		{generalFile, "channels=8 vectors=2 lanes=64 sparing", specMinimum, ""},
		{generalFile, "channels=8 vectors=2 unroll=2 lanes=64", specMinimum, "has no unroll=2"},
		{fusedFile, "channels=8 vectors=2 unroll=2 lanes=16 sparing buffered", specMinimum, ""},
		{convPoolFile, "channels=20 lanes=64 sparing buffered", specMinimum, ""},
		{convPoolFile, "channels=8 lanes=64", specMinimum, "channels"},
		{depthwiseFile, "lanes=64 rows=5", specMinimum, ""},
		{depthwiseFile, "lanes=64 rows=6", specMinimum, "rows"},
		{depthwiseFile, "lanes=64", specMinimum, "rows"},
		{poolFile, "lanes=128 sparing", specMinimum, ""},
		{connectedFile, "lanes=64 parts=16", specMinimum, ""},
		{connectedFile, "lanes=16 parts=32", specMinimum, "lanes"},
		{connectedFile, "lanes=16 parts=2", specMinimum, "parts"},
	} {
		v, err := parseVariant(c.text)
		if err != nil {
			t.Fatal(err)
		}
		b.kernel = c.kernel
		err = v.check(b, &c.limits)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s %q: %v, want %q", c.kernel, c.text, err, c.says)
		}
	}
}
