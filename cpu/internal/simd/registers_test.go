package simd

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The generator takes registers that only AVX-512 has where the others run out, and on a
// processor with AVX-512 nothing would tell.
func TestAVX2HasSixteenRegisters(t *testing.T) {
	beyond := regexp.MustCompile(`\b([XYZ](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	seen := 0
	for _, file := range []string{"narrow_amd64.s", "kernels_amd64.s", "winograd_amd64.s", "norm_amd64.s", "compact_amd64.s", "strassen_amd64.s", "pooled_amd64.s"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range strings.Split(string(text), "\nTEXT ")[1:] {
			name, code, _ := strings.Cut(strings.TrimPrefix(f, "·"), "(")
			if strings.Contains(name, "512") || !strings.Contains(name, "256") && !strings.HasPrefix(name, "narrow") && !strings.HasPrefix(name, "columns") && !strings.HasPrefix(name, "strassen") && name != "evens" {
				continue
			}
			seen++
			if r := beyond.FindString(code); r != "" {
				t.Errorf("%s: %s uses %s", file, name, r)
			}
		}
	}
	if seen < 40 {
		t.Errorf("%d functions for AVX2 were found", seen)
	}
}
