package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// readLabels reads the names of a network's classes: a JSON array, or one a
// line. An empty path is no names.
func readLabels(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(b), "\ufeff"))
	if strings.HasPrefix(text, "[") {
		var labels []string
		if err := json.Unmarshal([]byte(text), &labels); err != nil {
			return nil, fmt.Errorf("%s: a JSON array of strings is wanted: %w", path, err)
		}
		return labels, nil
	}
	if text == "" {
		return nil, fmt.Errorf("%s: no labels in it", path)
	}
	if strings.ContainsRune(text, 0) {
		return nil, fmt.Errorf("%s: no text: a label a line, or a JSON array, is wanted", path)
	}
	// ImageNet's own list puts WordNet's number before each name.
	synset := regexp.MustCompile(`^n\d{8}\s+`)
	labels := strings.Split(text, "\n")
	for i, l := range labels {
		labels[i] = synset.ReplaceAllString(strings.TrimSpace(l), "")
	}
	return labels, nil
}
