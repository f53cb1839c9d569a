package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// A photo that cannot be read costs nothing of what is known of the others, before it or
// behind.
func TestOnePhotoFails(t *testing.T) {
	for _, command := range []string{"classify -model " + tiny + " -size 32 -top 1 -backend cpu", "detect -model faces.onnx -backend cpu"} {
		for _, format := range []string{"text", "json"} {
			enter(t)
			writeModels(t)
			run := func(photos ...string) (status int, stdout, stderr string) {
				var w world
				return w.run(append(strings.Fields(command+" -format "+format), photos...)...)
			}
			_, want, stderr := run("photo.png", "photo.png")
			if want == "" {
				t.Fatal(stderr)
			}
			status, got, stderr := run("nosuch.jpg", "photo.png", "nophoto.jpg", "photo.png")
			if status != failure || got != want {
				t.Errorf("%s, %s: exit status %d\n%s\nwant\n%s", command, format, status, got, want)
			}
			if format == "json" && !json.Valid([]byte(got)) {
				t.Errorf("%s: no JSON: %s", command, got)
			}
			name := strings.Fields(command)[0]
			lines := slices.DeleteFunc(slices.Collect(strings.Lines(stderr)), func(l string) bool { return strings.Contains(l, "preprocessing") })
			if len(lines) != 2 || !strings.HasPrefix(lines[0], "gpubench: "+name+": open nosuch.jpg: ") || !strings.HasPrefix(lines[1], "gpubench: "+name+": nophoto.jpg: ") {
				t.Errorf("%s: %q", command, lines)
			}
			if _, got, _ := run("nosuch.jpg"); got != "" {
				t.Errorf("%s, %s: nothing is known, and it prints %q", command, format, got)
			}
		}
	}
}
