package main

import "fmt"

// choice is one of the functions that do the same for tiles of different sizes: written beside their
// declarations is a function that calls the one for a size.
type choice struct {
	of, typ             string
	height, width, tail int
	name                string
}

type choiceList []choice

var choices choiceList

func choose(of, typ string, height, width, tail int, name string) {
	choices = append(choices, choice{of, typ, height, width, tail, name})
}

// text has a switch for each kind, and not a table of functions: through a pointer the arguments would
// escape to the heap.
func (l choiceList) text() (texts []string) {
	of := map[string]string{}
	var kinds []choice
	for _, c := range l {
		if of[c.of] == "" {
			kinds = append(kinds, c)
		}
		of[c.of] += fmt.Sprintf("\tcase %#x:\n\t\t%s(a)\n", c.height<<8|c.width<<4|c.tail, c.name)
	}
	for _, k := range kinds {
		texts = append(texts, fmt.Sprintf("// %[1]s calls %[1]sx… for so many rows, registers, and pixels behind them.\nfunc %[1]s(a *%[2]s, height, width, tail int) {\n\tswitch height<<8 | width<<4 | tail {\n%[3]s\tdefault:\n\t\tpanic(\"simd: no %[1]s of this size\")\n\t}\n}\n",
			k.of, k.typ, of[k.of]))
	}
	return texts
}
