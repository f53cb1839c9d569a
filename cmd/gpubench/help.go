package main

import (
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Help fits on a terminal of the usual size.
const (
	helpWidth  = 80
	helpHeight = 24
)

// overview is gpubench -h.
func overview(w io.Writer) error {
	fmt.Fprint(w, "gpubench tells whether the GPU (OpenGL ES 3.1) or the CPU runs a light network\nfaster, and whether both give the right answer.\n\nusage: gpubench [command] [flags]\n\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, c := range commands() {
		note := ""
		if i == 0 {
			note = " (the default)"
		}
		fmt.Fprintf(t, "  %s\t%s%s\n", c.name, c.summary, note)
	}
	t.Flush()
	_, err := fmt.Fprint(w, "\ngpubench COMMAND -h tells more. Exit status: 1 for a failure, 2 for wrong use.\n")
	return err
}

// help is gpubench COMMAND -h: a flag a line, or two where that is too much.
func (c command) help(w io.Writer, flags *flag.FlagSet) error {
	usage := fmt.Sprintf("usage: gpubench %s [flags]%s", c.name, c.args)
	about := append(wrap(strings.ToUpper(c.summary[:1])+c.summary[1:]+".", helpWidth), wrap(c.about, helpWidth)...)
	end := []string{"", "examples:"}
	for _, e := range c.examples {
		end = append(end, "  gpubench "+e)
	}
	lines := append([]string{usage, ""}, about...)
	lines = append(append(append(lines, ""), single(flags)...), end...)
	if len(lines) > helpHeight {
		lines = append([]string{usage + "   (defaults: in brackets, or first)"}, about...)
		lines = append(append(append(lines, ""), double(flags)...), end...)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// flagText takes a flag apart. Usages are written as "`WHAT`: text".
func flagText(f *flag.Flag) (what, text, standard string) {
	what, text = flag.UnquoteUsage(f)
	text = strings.TrimPrefix(text, what+": ")
	if f.DefValue != "0" && f.DefValue != "0s" && f.DefValue != "false" {
		standard = f.DefValue
	}
	return what, text, standard
}

func single(flags *flag.FlagSet) []string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	flags.VisitAll(func(f *flag.Flag) {
		what, text, standard := flagText(f)
		if standard != "" {
			text += " (default " + standard + ")"
		}
		fmt.Fprintf(t, "  %s\t%s\n", strings.TrimSpace("-"+f.Name+" "+what), strings.TrimSpace(text))
	})
	t.Flush()
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

// double puts two short flags on a line. Defaults are in brackets, but for those which
// are the first word of several.
func double(flags *flag.FlagSet) []string {
	const half = helpWidth/2 - 1
	usual := regexp.MustCompile(`\(default ([^)]*)\)`)
	var short, long []string
	flags.VisitAll(func(f *flag.Flag) {
		what, text, standard := flagText(f)
		text = usual.ReplaceAllString(text, "[$1]")
		if first, _, _ := strings.Cut(strings.ReplaceAll(what, "|", ","), ","); standard != "" && first != standard {
			text += " [" + standard + "]"
		}
		cell := strings.TrimRight(strings.TrimSpace("-"+f.Name+" "+what)+": "+strings.TrimSpace(text), ": ")
		if utf8.RuneCountInString(cell) < half-1 {
			short = append(short, cell)
		} else {
			long = append(long, "  "+cell)
		}
	})
	rows := (len(short) + 1) / 2
	var lines []string
	for i := range rows {
		line := "  " + short[i]
		if j := i + rows; j < len(short) {
			line = fmt.Sprintf("  %-*s%s", half, short[i], short[j])
		}
		lines = append(lines, line)
	}
	return append(lines, long...)
}

// wrap breaks a text into lines.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line+" "+word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
