// Package trained finds the trained models that tests compare answers with. They
// belong to other projects, and the repository holds no copy.
package trained

import (
	"os"
	"path/filepath"
	"testing"
)

// Dir is the folder of trained models beside the repository, or $SHUFFLEGL_MODELS.
// The test is skipped where there is none.
func Dir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SHUFFLEGL_MODELS")
	if dir == "" {
		root, err := os.Getwd()
		for err == nil {
			if _, statErr := os.Stat(filepath.Join(root, "go.mod")); statErr == nil {
				break
			}
			if filepath.Dir(root) == root {
				t.Skip("no go.mod above the working directory")
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "models")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no trained models: %v (SHUFFLEGL_MODELS names their folder)", err)
	}
	return dir
}
