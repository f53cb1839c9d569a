package main

import (
	"math"
	"os"
	"slices"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTop(t *testing.T) {
	// Logits get a softmax, a distribution is taken as it is.
	logits := tensor.FromSlice([]float32{1, 3, 2}, 1, 3)
	sum := math.Exp(1) + math.Exp(2) + math.Exp(3)
	for _, c := range []struct {
		out  *tensor.Tensor
		want []guess
	}{
		{logits, []guess{{Class: 1, Probability: math.Exp(3) / sum}, {Class: 2, Probability: math.Exp(2) / sum}}},
		{tensor.FromSlice([]float32{0.25, 0.25, 0.5}, 3), []guess{{Class: 2, Probability: 0.5}, {Class: 0, Probability: 0.25}}},
		{tensor.FromSlice([]float32{1000, -1000}, 2), []guess{{Class: 0, Probability: 1}, {Class: 1}}},
	} {
		got, err := top(c.out, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got, c.want, func(a, b guess) bool {
			return a.Class == b.Class && math.Abs(a.Probability-b.Probability) < 1e-12
		}) {
			t.Errorf("%v: %v, want %v", c.out.Data, got, c.want)
		}
	}
}

func TestReadLabels(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"synset.txt": {"n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n", []string{"tench, Tinca tinca", "goldfish, Carassius auratus"}},
		"plain.txt":  {"\ufeffperson\r\nbicycle\r\n", []string{"person", "bicycle"}},
		"list.json":  {"[\"tench\",\n\"goldfish\"]\n", []string{"tench", "goldfish"}},
	} {
		if err := os.WriteFile(name, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := readLabels(name); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestClassesOf(t *testing.T) {
	for _, c := range []struct {
		in, out tensor.Shape
		want    int
	}{
		{tensor.Shape{1, 3, 4, 4}, tensor.Shape{1, 48}, 48},
		{tensor.Shape{1, 3, 4, 4}, tensor.Shape{1, 48, 1, 1}, 48},
		{tensor.Shape{1, 3, 4, 4}, tensor.Shape{48}, 48},
		{tensor.Shape{1, 3, 4, 4}, tensor.Shape{1, 3, 4, 4}, 0},
		{tensor.Shape{2, 3, 4, 4}, tensor.Shape{1, 96}, 0},
		{tensor.Shape{1, 1, 4, 12}, tensor.Shape{1, 48}, 0},
	} {
		b := network.NewBuilder("x")
		g, err := b.Build(b.Apply("reshape", network.Reshape{Shape: c.out}, b.Input("x", c.in...)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := classesOf(g)
		if got != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%v to %v: %d classes, %v", c.in, c.out, got, err)
		}
	}
}
