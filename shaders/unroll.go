package shaders

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// most is how often a loop's body is written out.
const most = 32

var unrolled = regexp.MustCompile(`[ \t]*// unroll\n([ \t]*)for \(int (\w+) = 0; (\w+) < (\w+); (\w+)\+\+\) \{\n`)

// unroll writes out the loops that are marked so, from 0 up to a macro's value.
// Compilers unroll loops too, but each has its limits, and beyond them an array in
// registers becomes one in memory.
func unroll(source string, value func(macro string) (int, bool)) string {
	for {
		at := unrolled.FindStringSubmatchIndex(source)
		if at == nil {
			return source
		}
		indent, name := source[at[2]:at[3]], source[at[4]:at[5]]
		close := strings.Index(source[at[1]:], "\n"+indent+"}\n")
		if close < 0 {
			panic("shaders: no end of the loop over " + name)
		}
		body, rest := source[at[1]:at[1]+close+1], source[at[1]+close+len(indent)+3:]
		var b strings.Builder
		b.WriteString(source[:at[0]])
		if n, ok := value(source[at[8]:at[9]]); ok && n <= most {
			for i := range n {
				fmt.Fprintf(&b, "%s{\n%s\tconst int %s = %d;\n%s%s}\n", indent, indent, name, i, body, indent)
			}
		} else {
			head := source[at[0]:at[1]]
			b.WriteString(head[strings.Index(head, "\n")+1:] + body + indent + "}\n")
		}
		b.WriteString(rest)
		source = b.String()
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
