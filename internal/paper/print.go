package paper

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Print writes the tables for people.
func (r *Results) Print(w io.Writer) error {
	var b strings.Builder
	if len(r.Table1) > 0 {
		r.printTable1(&b)
	}
	if len(r.Table8) > 0 {
		r.printTable8(&b)
	}
	for i := range r.Ablation {
		r.Ablation[i].print(&b)
	}
	for _, line := range r.notes() {
		fmt.Fprintln(&b, line)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// grid aligns numbers to the right, and the first column to the left.
type grid struct {
	*tabwriter.Writer
	left int
}

func newGrid(b *strings.Builder, left int) grid {
	return grid{tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight), left}
}

func (g grid) row(first string, cells ...string) {
	fmt.Fprintf(g, "%-*s\t%s\t\n", g.left, first, strings.Join(cells, "\t"))
}

func (r *Results) printTable1(b *strings.Builder) {
	fmt.Fprintln(b, "Table 1: complexity of ShuffleNet 1x, millions of multiply-adds")
	fmt.Fprintln(b)
	g := newGrid(b, len("groups"))
	g.row("groups", "stage 2", "stage 3", "stage 4", "paper", "convolutions", "and classifier")
	for _, c := range r.Table1 {
		g.row(fmt.Sprint(c.Groups), fmt.Sprint(c.Channels[0]), fmt.Sprint(c.Channels[1]), fmt.Sprint(c.Channels[2]),
			fmt.Sprintf("%.0f", c.Paper), fmt.Sprintf("%.1f", c.Convolutions), fmt.Sprintf("%.1f", c.All))
	}
	g.Flush()
	fmt.Fprintf(b, "  Stages: channels. The paper counts convolutions.\n\n")
}

// printTable8 prints a block for each size.
func (r *Results) printTable8(b *strings.Builder) {
	fmt.Fprintln(b, "Table 8: ms for one picture (medians), and times as fast as AlexNet")
	fmt.Fprintln(b)
	for from := 0; from < len(r.Table8); {
		to := from + 1
		for to < len(r.Table8) && r.Table8[to].Height == r.Table8[from].Height && r.Table8[to].Width == r.Table8[from].Width {
			to++
		}
		printSize(b, r.Table8[from:to])
		from = to
	}
	fmt.Fprintln(b, "  Paper: one thread of a Snapdragon 820. Theory: AlexNet's multiply-adds over the network's.")
	if slices.ContainsFunc(r.Table8, func(c Cell) bool { return c.Model == Baseline && c.Height*c.Width > 224*224 }) {
		fmt.Fprintln(b, "  AlexNet's last map is pooled to 6x6 on larger pictures, so that its time grows as in the paper.")
	}
	fmt.Fprintln(b)
}

func printSize(b *strings.Builder, cells []Cell) {
	var base *Cell
	for i := range cells {
		if cells[i].Model == Baseline {
			base = &cells[i]
		}
	}
	g := newGrid(b, 24)
	head := []string{"million", "theory", "paper ms", "actual"}
	for i := range cells[0].Ours {
		head = append(head, cells[0].Ours[i].Name(), "actual")
	}
	g.row(fmt.Sprintf("%dx%d", cells[0].Height, cells[0].Width), head...)
	for _, c := range cells {
		row := []string{figure(c.MMACs), "", "-", ""}
		if base != nil {
			row[1] = times(base.MMACs, c.MMACs)
		}
		if c.PaperMS != nil {
			row[2] = fmt.Sprintf("%.1f", *c.PaperMS)
			if base != nil {
				row[3] = times(*base.PaperMS, *c.PaperMS)
			}
		}
		for i := range c.Ours {
			ours, actual := &c.Ours[i], ""
			if base != nil && i < len(base.Ours) {
				actual = times(base.Ours[i].MedianMS, ours.MedianMS)
			}
			row = append(row, figure(ours.MedianMS)+mark(ours), actual)
		}
		g.row(c.Title, row...)
	}
	g.Flush()
	fmt.Fprintln(b)
}

func (a *Ablation) print(b *strings.Builder) {
	fmt.Fprintf(b, "Ablation: the channel shuffle of %s, ms for one picture (medians)\n\n", a.Model)
	g := newGrid(b, 24)
	g.row("", "by renaming", "none", "by copying", "min", "launches", "barriers", "MB moved")
	for i := range a.On {
		t := &a.On[i]
		three := []*Shuffled{&t.Remapped, &t.None, &t.Copied}
		var ms, least, launches, barriers, moved []string
		for _, s := range three {
			ms = append(ms, figure(s.MedianMS)+mark(&s.Time))
			least = append(least, figure(s.MinMS))
			launches = append(launches, fmt.Sprint(s.Launches))
			barriers = append(barriers, fmt.Sprint(s.Barriers))
			moved = append(moved, figure(float64(s.Bytes)/1e6))
		}
		g.row(t.Remapped.Name(), append(ms, strings.Join(least, "/"), strings.Join(launches, "/"), strings.Join(barriers, "/"), strings.Join(moved, "/"))...)
	}
	g.Flush()
	for i := range a.On {
		fmt.Fprintf(b, "  %s\n", a.On[i].saving())
	}
	fmt.Fprintln(b)
}

// chance is the probability from which on a difference may well be one of noise.
const chance = 0.05

// saving says what renaming is worth.
func (t *AblationTime) saving() string {
	text := t.Remapped.Name() + ": "
	saved := t.Copied.MedianMS - t.Remapped.MedianMS
	switch {
	case t.CopiedP > chance:
		text += "renaming and copying take the same time, as far as can be told"
	case saved < 0:
		text += fmt.Sprintf("renaming takes %s ms more than copying", figure(-saved))
	default:
		text += fmt.Sprintf("renaming saves %s ms of copying's %s (%.0f %%)", figure(saved), figure(t.Copied.MedianMS), 100*saved/t.Copied.MedianMS)
	}
	cost := t.Remapped.MedianMS - t.None.MedianMS
	switch {
	case t.NoneP > chance:
		text += "; no shuffle would take no less, as far as can be told"
	case cost < 0:
		text += fmt.Sprintf("; no shuffle takes %s ms more", figure(-cost))
	default:
		text += fmt.Sprintf("; no shuffle would save %s ms more", figure(cost))
	}
	return text
}

// notes are what to know about the figures. Nothing is said twice.
func (r *Results) notes() []string {
	var lines []string
	say := func(line string) {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	var all []*Time
	for i := range r.Table8 {
		for k := range r.Table8[i].Ours {
			all = append(all, &r.Table8[i].Ours[k])
		}
	}
	for i := range r.Ablation {
		for k := range r.Ablation[i].On {
			t := &r.Ablation[i].On[k]
			all = append(all, &t.Remapped.Time, &t.None.Time, &t.Copied.Time)
		}
	}
	noisy := false
	for _, t := range all {
		say(fmt.Sprintf("%s: %s; %s", t.Backend, t.Device, t.Driver))
		if t.Software {
			say("note: this is a software renderer on the CPU: not a GPU's speed")
		}
		noisy = noisy || len(t.Noise) > 0
	}
	if noisy {
		say("*: a noisy figure, or of too few runs; -format json says why")
	}
	return lines
}

func times(base, own float64) string {
	if own <= 0 {
		return ""
	}
	return figure(base/own) + "x"
}

func mark(t *Time) string {
	if len(t.Noise) > 0 {
		return "*"
	}
	return ""
}

// figure writes a positive number with three or four digits that count.
func figure(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}
