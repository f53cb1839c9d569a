package conformance

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

// packageNetwork lists what package network declares: the words that operators'
// Kind methods return, and the values of the constants of type Kernel.
func packageNetwork(t *testing.T) (kinds, kernels []string) {
	t.Helper()
	names, err := filepath.Glob("../../network/*.go")
	if err != nil {
		t.Fatal(err)
	}
	word := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name != "Kind" || n.Recv == nil {
					return false
				}
				ast.Inspect(n, func(n ast.Node) bool {
					if r, ok := n.(*ast.ReturnStmt); ok {
						if s, ok := word(r.Results[0]); ok {
							kinds = append(kinds, s)
						}
					}
					return true
				})
				return false
			case *ast.ValueSpec:
				if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Kernel" {
					for _, v := range n.Values {
						if s, ok := word(v); ok {
							kernels = append(kernels, s)
						}
					}
				}
			}
			return true
		})
	}
	if len(kinds) < 16 || len(kernels) < 8 {
		t.Fatalf("found only %v and %v in package network's source", kinds, kernels)
	}
	return kinds, kernels
}

// A new operator or kernel without a case fails here.
func TestEveryOperatorAndKernelHasACase(t *testing.T) {
	kinds, kernels := packageNetwork(t)
	have := map[string]int{}
	for _, c := range Cases() {
		g, err := c.Graph()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range g.Nodes {
			have[n.Op.Kind()]++
		}
		for _, po := range append(Options{}.Plans(), FusedPlans(network.PlanOptions{Fuse: network.FuseAll, SharedFloats: 4096})...) {
			p, err := network.NewPlan(g, po)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			for _, s := range p.Steps {
				have[string(s.Kernel)]++
				if s.Beside != nil {
					have["beside "+string(s.Kernel)]++
				}
				if c := s.Classifier; c != nil {
					have["classifier of a pool"] += count(c.Pool != nil)
					have["classifier with softmax"] += count(c.Softmax)
				}
				if s.Residual != nil {
					have["residual"]++
				}
				if s.Act.On() {
					have["activation"]++
				}
				if s.Beyond.On() {
					have["beyond"]++
				}
			}
			have["constant"] += len(p.Consts)
		}
	}
	for _, what := range append(append(kinds, kernels...), "beside conv_pointwise", "beside conv_depthwise_pointwise", "beside conv_unit", "classifier of a pool", "classifier with softmax", "residual", "activation", "beyond", "constant") {
		if have[what] == 0 {
			t.Errorf("no case has %s", what)
		}
	}
}

func TestCasesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if seen[c.Name] {
			t.Errorf("two cases are named %q", c.Name)
		}
		seen[c.Name] = true
		g, err := c.Graph()
		if err != nil {
			t.Error(err)
			continue
		}
		if len(g.Outputs) == 0 {
			t.Errorf("%s has no output", c.Name)
		}
		if _, err := newExpectation(g, c.Inputs(g), 0); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	if len(seen) < 300 {
		t.Errorf("only %d cases", len(seen))
	}
}

func TestCasesAreAlwaysTheSame(t *testing.T) {
	for _, c := range Cases()[:40] {
		var last []float32
		for range 2 {
			g, err := c.Graph()
			if err != nil {
				t.Fatal(err)
			}
			now := c.Inputs(g)[0].Data
			for _, v := range g.Nodes[0].Inputs {
				if v != nil && v.Const != nil {
					now = append(now, v.Const.Data...)
				}
			}
			if last != nil && firstDifference(now, last) >= 0 {
				t.Errorf("%s changes", c.Name)
			}
			last = now
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
