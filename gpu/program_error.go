package gpu

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ProgramError says why a shader does not compile or link.
type ProgramError struct {
	Name    string // the shader's file, such as "conv_depthwise.comp"
	Variant string // which of its variants, such as "fp16"; may be empty
	Stage   string // "compile" or "link"
	Log     string // the driver's log
	Source  string // the full text that the driver was given
}

// Error gives the log and the source lines around those it names.
func (e *ProgramError) Error() string {
	s := fmt.Sprintf("gpu: %s %s: %s", e.Stage, label(e.Name, e.Variant), strings.TrimSpace(e.Log))
	if e.Log == "" {
		s += "the driver gives no reason"
	}
	if lines := logLines(e.Log); len(lines) > 0 && e.Stage == "compile" {
		s += "\n" + excerpt(e.Source, lines, 2)
	}
	return s
}

// Listing returns the whole source with line numbers.
func (e *ProgramError) Listing() string {
	return excerpt(e.Source, nil, strings.Count(e.Source, "\n")+1)
}

func label(name, variant string) string {
	if variant == "" {
		return name
	}
	return name + " (" + variant + ")"
}

// Drivers write "0:12(5): error" (Mesa), "0:12: S0001:" (Mali), "ERROR: 0:12:"
// (Adreno, PowerVR, ANGLE) and "0(12) : error" (NVIDIA).
var logLine = regexp.MustCompile(`(?m)(?:^|\s)\d+(?::(\d+)(?:\(\d+\))?|\((\d+)\)\s?):`)

// logLines returns the source lines that a log names, in the log's order.
func logLines(log string) []int {
	var lines []int
	for _, m := range logLine.FindAllStringSubmatch(log, 8) {
		if n, err := strconv.Atoi(m[1] + m[2]); err == nil && n > 0 {
			lines = append(lines, n)
		}
	}
	return lines
}

// excerpt numbers the lines within context of the marked ones, or the first
// context lines if none is marked.
func excerpt(source string, marked []int, context int) string {
	text := strings.Split(strings.TrimSuffix(source, "\n"), "\n")
	show := make([]byte, len(text)+1) // of line i: 0 no, ' ' yes, '>' marked
	around := func(n, before, after int) {
		for i := max(n-before, 1); i <= min(n+after, len(text)); i++ {
			show[i] = max(show[i], ' ')
		}
	}
	if marked == nil {
		around(1, 0, context)
	}
	for _, n := range marked {
		around(n, context, context)
	}
	for _, n := range marked {
		if n < len(show) {
			show[n] = '>'
		}
	}
	var b strings.Builder
	last := 0
	for i, mark := range show {
		if mark == 0 {
			continue
		}
		if last != 0 && i > last+1 {
			b.WriteString("   ...\n")
		}
		fmt.Fprintf(&b, "%c %4d | %s\n", mark, i, text[i-1])
		last = i
	}
	return strings.TrimSuffix(b.String(), "\n")
}
