package gpu

import (
	"regexp"
	"strconv"
	"strings"
)

// Statistics are what a driver's compiler says of a program. They are of one pass
// over its code: a loop that stays a loop counts once.
type Statistics struct {
	// Text is the driver's message.
	Text string
	// Values has every number of the message under the driver's own name for it,
	// such as "max-temps".
	Values map[string]float64
	// Figures are those of the values that have the same meaning, more or less,
	// with every driver. What the driver does not tell is not there.
	Figures map[Figure]float64
	// Units are the cycles of each unit, where the driver models units that work
	// beside one another.
	Units map[string]float64
}

// Figure is a name in Statistics.Figures.
type Figure string

const (
	Instructions Figure = "instructions"
	Cycles       Figure = "cycles"    // of the slowest unit, where units are modelled
	Registers    Figure = "registers" // of an invocation; of what size differs
	Spills       Figure = "spills"    // stores to memory for want of registers
	Fills        Figure = "fills"     // and loads from there
	Threads      Figure = "threads"   // that share a core's registers
	Loops        Figure = "loops"
)

// figures has what drivers call them. Adreno's stp and ldp are stores to and loads
// from private memory, which is where it spills.
var figures = map[string]Figure{
	"inst": Instructions, "instructions": Instructions, "instrs": Instructions,
	"cycles":    Cycles,
	"max-temps": Registers, "full": Registers, "gpr": Registers, "gprs": Registers, "registers": Registers, "temps": Registers, "VGPRS": Registers,
	"spills": Spills, "stp": Spills, "Spilled VGPRs": Spills,
	"fills": Fills, "ldp": Fills,
	"threads": Threads,
	"loops":   Loops,
}

// units are Mali's: arithmetic (since Valhall in three parts), textures, varyings,
// loads and stores.
var units = map[string]bool{
	"arith": true, "texture": true, "vary": true, "ldst": true,
	"fma": true, "cvt": true, "sfu": true, "t": true, "v": true, "ls": true,
}

// Mesa's drivers write in one of these ways:
//
//	MESA_SHADER_COMPUTE shader: 897 inst, 2 threads, 0:0 spills:fills
//	CS SIMD16 shader: 200 inst, 3 loops, 5000 cycles, 0:0 spills:fills, ...
//	Shader Stats: SGPRS: 32 VGPRS: 24 Code Size: 1200 ... (CS, W64)
//	type: 5, local: 0, shared: 0, gpr: 12, inst: 30, bytes: 240, cached: 0
var (
	listed       = regexp.MustCompile(`^(?:MESA_SHADER_COMPUTE|COMPUTE|CS|CL)(?: SIMD\d+)? shader: (.*)$`)
	countPattern = regexp.MustCompile(`^([\d.]+)(?::([\d.]+))? ([^:]+?)(?::(.+))?$`) // "43:56 spills:fills"
	keyed        = regexp.MustCompile(`^Shader Stats: .*\(CS, W\d+\)$|^type: 5, .*\bgpr: `)
	pair         = regexp.MustCompile(`([A-Za-z][A-Za-z ]*): (\d+(?:\.\d+)?)`)
)

// parseStatistics reads a driver's message; nil if it says no figures of a compute
// program.
func parseStatistics(text string) *Statistics {
	text = strings.TrimSpace(text)
	s := &Statistics{Text: text, Values: map[string]float64{}, Figures: map[Figure]float64{}, Units: map[string]float64{}}
	if m := listed.FindStringSubmatch(text); m != nil {
		for _, item := range strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == '\n' }) {
			if c := countPattern.FindStringSubmatch(strings.TrimRight(strings.TrimSpace(item), ".")); c != nil {
				s.add(c[3], c[1])
				s.add(c[4], c[2])
			}
		}
	} else if keyed.MatchString(text) {
		for _, m := range pair.FindAllStringSubmatch(strings.TrimPrefix(text, "Shader Stats: "), -1) {
			s.add(m[1], m[2])
		}
	}
	if len(s.Figures) == 0 {
		return nil
	}
	return s
}

func (s *Statistics) add(name, number string) {
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || name == "" {
		return
	}
	s.Values[name] = v
	if f, ok := figures[name]; ok {
		s.Figures[f] = v
	}
	if units[name] {
		s.Units[name] = v
	}
}
