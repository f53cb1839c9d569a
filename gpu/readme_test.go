package gpu_test

import (
	"os"
	"strings"
	"testing"
)

// The README's program about camera frames is the example's, which compiles and runs;
// only the handling of errors is shortened.
func TestReadmeCamera(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_camera_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(readme), "### Camera frames\n")
	_, code, begin := strings.Cut(section, "```go\n")
	code, _, end := strings.Cut(code, "```\n")
	if !ok || !begin || !end || strings.Count(code, "\n") < 10 {
		t.Fatal("the README has no program about camera frames")
	}
	rest := string(example)
	for line := range strings.Lines(code) {
		line = strings.TrimSpace(line)
		_, after, ok := strings.Cut(rest, line+"\n")
		if !ok {
			t.Fatalf("the example does not have %q, or not in this order", line)
		}
		rest = after
	}
}
