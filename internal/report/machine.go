package report

import (
	"fmt"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// circumstances says what the machine is and what it was like at the end.
func circumstances(c *record.Context) string {
	m := c.Machine
	if m.CPU == "" {
		return ""
	}
	words := []string{m.CPU}
	if m.Board != "" && !strings.Contains(m.CPU, m.Board) {
		words[0] = m.Board + ", " + m.CPU
	}
	cores := fmt.Sprintf("%d cores", m.Cores)
	if m.Virtual {
		cores += " of a virtual machine"
	}
	words = append(words, cores)
	if m.MemoryBytes > 0 {
		words = append(words, size(m.MemoryBytes))
	}
	words = append(words, strings.TrimSpace(m.OS+" "+m.Kernel))
	for _, clock := range append(c.After.CPUs, c.After.GPUs...) {
		text := fmt.Sprintf("%s at %.0f", clock.Name, clock.MHz)
		if clock.MaxMHz > 0 {
			text += fmt.Sprintf(" of %.0f", clock.MaxMHz)
		}
		words = append(words, strings.TrimSpace(text+" MHz "+clock.Governor))
	}
	hottest := record.Temperature{Celsius: -1000}
	for _, t := range c.After.Temperatures {
		if t.Celsius > hottest.Celsius {
			hottest = t
		}
	}
	if hottest.Name != "" {
		words = append(words, fmt.Sprintf("%.0f °C", hottest.Celsius))
	}
	if len(c.Before.Load) > 0 {
		words = append(words, fmt.Sprintf("load %.1f before", c.Before.Load[0]))
	}
	if c.Pace != nil {
		words = append(words, c.Pace.String())
	}
	if v := version(c.Library); v != "" {
		words = append(words, "shufflegl "+v)
	}
	return "machine: " + strings.Join(words, ", ")
}
