package machine_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/shufflegl/shufflegl/internal/machine"
)

// Times are of work that really happens, and short enough to go before each round.
func TestPace(t *testing.T) {
	start := time.Now()
	loop, exchange := machine.Pace()
	took := time.Since(start)
	if loop < time.Microsecond || loop > took/2 {
		t.Errorf("a loop of %v, in all %v", loop, took)
	}
	if exchange < 0 || exchange > took/100 {
		t.Errorf("an exchange of %v, in all %v", exchange, took)
	}
}

// One core alone has nobody to exchange words with.
func TestPaceOneCore(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if loop, exchange := machine.Pace(); loop <= 0 || exchange != 0 {
		t.Errorf("%v and %v", loop, exchange)
	}
}
