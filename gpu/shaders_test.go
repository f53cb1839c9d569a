package gpu

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/internal/conformance"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/network/zoo"
	"github.com/shufflegl/shufflegl/shaders"
)

// programs collects every distinct program that the conformance cases and the
// zoo's networks use. It needs no device.
func programs(t *testing.T) []shaders.Program {
	t.Helper()
	found := map[shaders.Program]bool{}
	plan := func(g *network.Graph, err error, o network.PlanOptions) {
		if err != nil {
			t.Fatal(err)
		}
		p, err := network.NewPlan(g, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, software := range []bool{false, true} {
			dispatches, _, err := assemble(p, &SpecMinimum, tuningFor(&Info{Software: software}))
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range dispatches {
				found[d.program] = true
			}
		}
	}
	for _, c := range conformance.Cases() {
		for _, o := range (conformance.Options{}).Plans() {
			g, err := c.Graph()
			o.Align = PlanOptions().Align
			plan(g, err, o)
			o.SharedFloats = PlanOptions().SharedFloats
			plan(g, err, o)
		}
	}
	for _, name := range zoo.Names() {
		o := zoo.Options{Blank: true}
		if !slices.Contains(zoo.Light(), name) {
			o.Height, o.Width = 64, 64 // their weights at full size are beyond the minimum
		}
		g, err := zoo.Build(name, o)
		plan(g, err, network.PlanOptions{Align: PlanOptions().Align})
		plan(g, err, PlanOptions())
	}
	for k := range pictureKinds {
		found[preprocessProgram(k)] = true
	}
	var all []shaders.Program
	for p := range found {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b shaders.Program) int { return strings.Compare(a.Label(), b.Label()) })
	return all
}

// glslangValidator, which is stricter than most drivers, accepts every variant.
func TestShadersValidate(t *testing.T) {
	validator, err := exec.LookPath("glslangValidator")
	if err != nil {
		if os.Getenv("SHUFFLEGL_LINT") != "" {
			t.Fatal(err)
		}
		t.Skip(err, "(glslang-tools has it)")
	}
	dir := t.TempDir()
	args, label := []string{}, map[string]string{}
	for i, p := range programs(t) {
		file := filepath.Join(dir, fmt.Sprintf("%03d.comp", i))
		label[file] = p.Label()
		args = append(args, file)
		if err := os.WriteFile(file, []byte(p.Source()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(validator, args...).CombinedOutput()
	if err == nil {
		t.Logf("%d variants", len(args))
		return
	}
	// The output names a file, then its faults.
	for _, line := range strings.Split(string(out), "\n") {
		if name, ok := label[line]; ok {
			line = name
		}
		t.Log(line)
	}
	t.Error(err)
}

// Every kernel file is used, and none declares more than OpenGL ES 3.1
// guarantees.
func TestShadersStayInSpecMinimum(t *testing.T) {
	used := map[string]bool{}
	for _, p := range programs(t) {
		used[p.File] = true
		if n := strings.Count(p.Source(), "buffer "); n > SpecMinimum.StorageBlocks {
			t.Errorf("%s declares %d storage blocks", p.Label(), n)
		}
		size := 1
		for _, d := range strings.Fields(p.Variant()) {
			var n int
			if k, _ := fmt.Sscanf(d, "LX=%d", &n); k == 1 {
				size *= n
			}
			if k, _ := fmt.Sscanf(d, "LY=%d", &n); k == 1 {
				size *= n
			}
			if k, _ := fmt.Sscanf(d, "LZ=%d", &n); k == 1 {
				size *= n
			}
		}
		if size > SpecMinimum.WorkGroupInvocations {
			t.Errorf("%s has %d invocations a work group", p.Label(), size)
		}
		if external := preprocessProgram(pictureExternal); p != external && strings.Contains(p.Source(), "#extension") {
			t.Errorf("%s asks for an extension", p.Label())
		}
	}
	for _, file := range shaders.Files() {
		if !used[file] {
			t.Errorf("no case uses %s", file)
		}
	}
}
