package bench

import (
	"fmt"
	"strings"
	"time"

	"github.com/shufflegl/shufflegl/network"
)

// ProgramTimer is a Backend that builds programs of its own for a plan, and can
// tell how many there are and what it takes: from source, and from what was kept
// (0 if nothing is).
type ProgramTimer interface {
	TimePrograms(*network.Plan) (n int, source, kept time.Duration, err error)
}

// The names of layers tell the parts of a network if they make so many.
const (
	fewestParts = 3
	mostParts   = 12
)

// partNames says of each step which part of the network it belongs to: what its
// layers' names begin with, such as stage2, where these tell parts apart, and
// else the size of its maps.
func partNames(p *network.Plan) []string {
	names, sizes := make([]string, len(p.Steps)), make([]string, len(p.Steps))
	distinct := map[string]bool{}
	structured := false
	for i, s := range p.Steps {
		name := s.Name
		if len(s.Layers) > 0 {
			name = s.Layers[0]
		}
		first, _, more := strings.Cut(strings.TrimLeft(name, "/"), separator(name))
		structured = structured || more
		names[i] = first
		distinct[first] = true
		if shape := s.Output.Shape; len(shape) == 4 {
			sizes[i] = fmt.Sprintf("%dx%d", shape[2], shape[3])
		} else {
			sizes[i] = "flat"
		}
	}
	if structured && len(distinct) >= fewestParts && len(distinct) <= mostParts {
		return names
	}
	return sizes
}

// separator is what stands between the parts of a layer's name.
func separator(name string) string {
	if strings.Contains(name, "/") {
		return "/"
	}
	return "."
}
