package shaders

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// most is how often a loop's body is written out.
const most = 32

const mark = "// unroll\n"

// loopHead is the line behind a mark.
var loopHead = regexp.MustCompile(`^([ \t]*)for \(int (\w+) = 0; (\w+) < (\w+); (\w+)\+\+\) \{\n$`)

// unroll writes out the loops that are marked so, from 0 up to a macro's value.
// Compilers unroll loops too, but each has its limits, and beyond them an array in
// registers becomes one in memory.
func unroll(source string, value func(macro string) (int, bool)) string {
	var b strings.Builder
	for {
		before, loop, ok := strings.Cut(source, mark)
		if !ok {
			b.WriteString(source)
			return b.String()
		}
		b.WriteString(strings.TrimRight(before, " \t"))
		head, after, _ := strings.Cut(loop, "\n")
		head += "\n"
		at := loopHead.FindStringSubmatch(head)
		if at == nil {
			panic("shaders: no loop to unroll: " + head)
		}
		indent, name := at[1], at[2]
		body, rest, ok := strings.Cut(after, "\n"+indent+"}\n")
		if !ok {
			panic("shaders: no end of the loop over " + name)
		}
		body += "\n"
		// Bodies may have marked loops of their own.
		if n, ok := value(at[4]); ok && n <= most {
			var all strings.Builder
			for i := range n {
				fmt.Fprintf(&all, "%s{\n%s\tconst int %s = %d;\n%s%s}\n", indent, indent, name, i, body, indent)
			}
			source = all.String() + rest
		} else {
			source = head + body + indent + "}\n" + rest
		}
	}
}

// value is what a macro of the variant stands for.
func (p Program) value(macro string) (int, bool) {
	for _, d := range strings.Fields(p.defines) {
		if name, text, ok := strings.Cut(d, "="); ok && name == macro {
			n, err := strconv.Atoi(text)
			return n, err == nil
		}
	}
	return 0, false
}
