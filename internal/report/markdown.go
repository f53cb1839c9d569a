package report

import (
	"io"
	"strings"

	"github.com/shufflegl/shufflegl/internal/record"
)

// markdown is the table as one of GitHub's Markdown.
func markdown(w io.Writer, rs []record.Record, o Options) error {
	if len(rs) == 0 {
		_, err := io.WriteString(w, "Nothing was measured.\n")
		return err
	}
	var b strings.Builder
	shown, common := pick(rs)
	b.WriteString(strings.Join(heading(rs, common), "; ") + ".\n\n")
	writePipes(&b, cells(shown, rs))
	for _, group := range groups(rs) {
		for _, block := range layerBlocks(group, o.Group) {
			b.WriteString("\n" + escape(block.title) + "\n\n")
			writePipes(&b, block.rows)
			for _, line := range block.notes {
				b.WriteString("\n" + escape(line) + "\n")
			}
		}
	}
	b.WriteByte('\n')
	for _, line := range notes(rs) {
		b.WriteString("- " + escape(line) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writePipes writes a table: words to the left, numbers to the right.
func writePipes(b *strings.Builder, rows [][]string) {
	for i, row := range rows {
		for _, cell := range row {
			b.WriteString("| " + escape(cell) + " ")
		}
		b.WriteString("|\n")
		if i > 0 {
			continue
		}
		for j := range row {
			if j == 0 {
				b.WriteString("|---")
			} else {
				b.WriteString("|---:")
			}
		}
		b.WriteString("|\n")
	}
}

// escape keeps what Markdown would take for its own.
func escape(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;").Replace(s)
}
