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
func (p Program) Twice(loop string) string {
	return p.source(func(s string) string { return twice(s, loop) })
}

// Without is the source without a loop: what it costs less is a round, what keeps the
// loop going, and what is only prepared for it. It panics if there is no such loop.
func (p Program) Without(loop string) string {
	return p.source(func(s string) string { return without(s, loop) })
}

// twice writes the body of a loop twice, and the step between.
func twice(source, loop string) string {
	l := find(source, loop)
	body := l.indent + "{\n" + l.body + "\n" + l.indent + "}\n"
	return l.before + l.head + body + l.indent + l.step + ";\n" + body + l.indent + "}\n" + l.after
}

// without leaves a loop out.
func without(source, loop string) string {
	l := find(source, loop)
	return l.before + l.after
}

// parts are the pieces of a source with a loop.
type parts struct {
	before, head, indent, step, body, after string
}

func find(source, loop string) parts {
	for _, at := range loopPattern.FindAllStringSubmatchIndex(source, -1) {
		if source[at[2]:at[3]] != loop {
			continue
		}
		l := parts{before: source[:at[0]], head: source[at[0]:at[1]], indent: source[at[6]:at[7]], step: source[at[12]:at[13]]}
		var ok bool
		if l.body, l.after, ok = strings.Cut(source[at[1]:], "\n"+l.indent+"}\n"); !ok {
			break
		}
		return l
	}
	panic("shaders: no loop " + loop)
}
