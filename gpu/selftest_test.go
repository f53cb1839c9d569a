package gpu

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
	"github.com/shufflegl/shufflegl/network"
)

// The answers in selftest.go are the reference's, and every kernel is asked.
func TestSelfTestAnswers(t *testing.T) {
	g, in, err := selfTestNetwork()
	if err != nil {
		t.Fatal(err)
	}
	p, err := selfTestPlan(g)
	if err != nil {
		t.Fatal(err)
	}
	right, err := cpu.Evaluate(g, in)
	if err != nil {
		t.Fatal(err)
	}
	asked, answers := map[network.Kernel]bool{}, 0
	for _, s := range p.Steps {
		asked[s.Kernel] = true
		if s.Beside != nil {
			asked["beside"] = true
		}
		for _, r := range s.Results() {
			answers++
			if r.Beyond.On() {
				t.Errorf("%s: the reference has no such value", r.Name)
			}
			want := fingerprint(right[r.Name].Data)
			got, ok := selfTestAnswers[r.Name]
			if !ok || math.Abs(got-want) > 1e-6*max(math.Abs(want), 1) {
				t.Errorf("%q: %v, // have %v", r.Name, want, got)
			}
		}
	}
	for k := range kernels.Of {
		if !asked[k] {
			t.Errorf("kernel %s is not in the self-test", k)
		}
	}
	if !asked["beside"] {
		t.Error("nothing is done beside a launch in the self-test")
	}
	if len(selfTestAnswers) != answers {
		t.Errorf("%d answers for %d results", len(selfTestAnswers), answers)
	}
}

// idle is a driver that loses a launch.
type idle struct {
	gles.API
	launches, lose int
}

func (i *idle) DispatchCompute(x, y, z uint32) {
	if i.launches++; i.launches != i.lose {
		i.API.DispatchCompute(x, y, z)
	}
}

// A driver that computes nonsense is found out when the device is opened,
// whichever kernel it is.
func TestSelfTestFailure(t *testing.T) {
	g, _, err := selfTestNetwork()
	if err != nil {
		t.Fatal(err)
	}
	p, err := selfTestPlan(g)
	if err != nil {
		t.Fatal(err)
	}
	for lose := range len(p.Steps) {
		d, err := Open(Options{NoCache: true, wrap: func(gl gles.API) gles.API { return &idle{API: gl, lose: lose + 1} }})
		if err == nil {
			d.Close()
			t.Fatalf("launch %d was lost, and the device opened", lose)
		}
		if !errors.Is(err, ErrSelfTest) {
			t.Skip(err)
		}
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "computes") {
			t.Error(err)
		}
	}
}
