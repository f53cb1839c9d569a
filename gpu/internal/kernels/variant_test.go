package kernels

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// randomVariant has values that are worth a try, of the axes that a kernel uses.
func randomVariant(r *rand.Rand, k File) Variant {
	var v Variant
	for _, a := range AxesOf[k] {
		a.Set(&v, a.Values[r.IntN(len(a.Values))])
	}
	return v
}

// A variant is read as it was written.
func TestVariantText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := range AxesOf {
		for range 50 {
			v := randomVariant(r, k)
			if got, err := ParseVariant(v.String()); err != nil || got != v {
				t.Errorf("%q is read as %q, %v", v, got, err)
			}
		}
	}
	for _, text := range []string{"", " ", "channels", "channels=", "channels=x", "channels=-4", "channels=0", "channels=04", "channels=8 ", "vectors=1 channels=8",
		"channels=8 channels=8", "sparing=1", "sparing sparing", "paired twins", "twins paired", "buffered sparing", "colour=4", "channels=99999999999999999999", "channels=8\nlanes=4", "default"} {
		if v, err := ParseVariant(text); err == nil {
			t.Errorf("%q is read as %q", text, v)
		}
	}
}

// What a shape or the limits do not allow is refused, and said.
func TestVariantCheck(t *testing.T) {
	b := Bounds{Inputs: 12, Outputs: 20, Vectors: 7, Rows: 5}
	small := SpecMinimum
	small.WorkGroupInvocations = 32
	for _, c := range []struct {
		kernel File
		text   string
		limits Limits
		says   string // empty: it is fine
	}{
		{PointwiseFile, "channels=20 vectors=2 unroll=1 lanes=64", SpecMinimum, ""},
		{PointwiseFile, "channels=4 vectors=1 unroll=4 lanes=128 buffered", SpecMinimum, ""},
		{PointwiseFile, "channels=24 vectors=1 unroll=1 lanes=64", SpecMinimum, "channels"},
		{PointwiseFile, "channels=6 vectors=1 unroll=1 lanes=64", SpecMinimum, "channels"},
		{PointwiseFile, "vectors=1 unroll=1 lanes=64", SpecMinimum, "channels"},
		{PointwiseFile, "channels=4 vectors=8 unroll=1 lanes=64", SpecMinimum, "vectors"},
		{PointwiseFile, "channels=20 vectors=4 unroll=1 lanes=64", SpecMinimum, "channels by vectors"},
		{PointwiseFile, "channels=8 vectors=1 unroll=3 lanes=64", SpecMinimum, "unroll"},
		{PointwiseFile, "channels=16 vectors=1 unroll=4 lanes=64", SpecMinimum, ""},
		{PointwiseFile, "channels=8 vectors=1 lanes=64", SpecMinimum, "unroll"},
		{PointwiseFile, "channels=8 vectors=1 unroll=1 lanes=48", SpecMinimum, "lanes"},
		{PointwiseFile, "channels=8 vectors=1 unroll=1 lanes=256", SpecMinimum, "lanes"},
		{PointwiseFile, "channels=8 vectors=1 unroll=1 lanes=64", small, "lanes"},
		{PointwiseFile, "channels=8 vectors=1 unroll=1", SpecMinimum, "lanes"},
		{PointwiseFile, "channels=8 vectors=1 unroll=1 lanes=64 rows=2", SpecMinimum, "has no rows=2"},
		{PointwiseFile, "channels=8 vectors=1 unroll=4 lanes=64 twins", SpecMinimum, "twins"}, // of fp32
		{GeneralFile, "channels=8 vectors=2 lanes=64 sparing", SpecMinimum, ""},
		{GeneralFile, "channels=8 vectors=2 unroll=2 lanes=64", SpecMinimum, "has no unroll=2"},
		{FusedFile, "channels=8 vectors=2 unroll=2 lanes=16 sparing buffered", SpecMinimum, ""},
		{ConvPoolFile, "channels=20 lanes=64 sparing buffered", SpecMinimum, ""},
		{ConvPoolFile, "channels=8 lanes=64", SpecMinimum, "channels"},
		{DepthwiseFile, "lanes=64 rows=5", SpecMinimum, ""},
		{DepthwiseFile, "lanes=64 rows=6", SpecMinimum, "rows"},
		{DepthwiseFile, "lanes=64", SpecMinimum, "rows"},
		{PoolFile, "lanes=128 sparing", SpecMinimum, ""},
		{ConnectedFile, "lanes=64 parts=16", SpecMinimum, ""},
		{ConnectedFile, "lanes=16 parts=32", SpecMinimum, "lanes"},
		{ConnectedFile, "lanes=16 parts=2", SpecMinimum, "parts"},
	} {
		v, err := ParseVariant(c.text)
		if err != nil {
			t.Fatal(err)
		}
		b.Kernel = c.kernel
		err = v.Check(b, &c.limits)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s %q: %v, want %q", c.kernel, c.text, err, c.says)
		}
	}
}
