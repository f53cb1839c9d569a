package shaders

import (
	"regexp"
	"strings"
)

// Loop is a loop of a kernel whose number of rounds depends on the launch. A comment
// before it names it, "// loop NAME" or "// loop NAME in OUTER".
type Loop struct {
	Name string
	In   string // the loop around it; empty if there is none
}

var loopPattern = regexp.MustCompile(`[ \t]*// loop (\w+)(?: in (\w+))?\n([ \t]*)for \((.*); (.*); (.*)\) \{\n`)

// Loops lists the marked loops of the program's file, outer ones first.
func (p Program) Loops() []Loop {
	var all []Loop
	for _, m := range loopPattern.FindAllStringSubmatch(text(p.File), -1) {
		all = append(all, Loop{m[1], m[2]})
	}
	return all
}

// Twice is the program's source with the body of a loop written twice: what it costs
// more is what a round of the loop costs. It panics if there is no such loop.
func (p Program) Twice(loop string) string { return p.source(loop) }

// twice writes the body of a loop twice, and the step between.
func twice(source, loop string) string {
	for _, at := range loopPattern.FindAllStringSubmatchIndex(source, -1) {
		if source[at[2]:at[3]] != loop {
			continue
		}
		indent, step := source[at[6]:at[7]], source[at[12]:at[13]]
		body, rest, ok := strings.Cut(source[at[1]:], "\n"+indent+"}\n")
		if !ok {
			break
		}
		return source[:at[1]] + indent + "{\n" + body + "\n" + indent + "}\n" + indent + step + ";\n" +
			indent + "{\n" + body + "\n" + indent + "}\n" + indent + "}\n" + rest
	}
	panic("shaders: no loop " + loop)
}
