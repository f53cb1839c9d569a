package zoo

import (
	"slices"
	"strings"
)

// near returns the n names that take the fewest edits to come from word.
func near(word string, names []string, n int) []string {
	word = strings.ToLower(word)
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int { return edits(word, a) - edits(word, b) })
	return sorted[:min(n, len(sorted))]
}

// edits is the Levenshtein distance: how many bytes to insert, drop or change.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
