package network

import (
	"fmt"
	"strings"
)

// Fusion is a set of kinds of launches in which several operators are one.
type Fusion uint

const (
	FuseDepthwise  Fusion = 1 << iota // a pointwise convolution and the depthwise one before it
	FusePool                          // a pool and the convolution before it
	FuseBeside                        // a convolution and a pool: pointwise, of the same input; or FuseDepthwise, of the same output size
	FuseUnit                          // FuseDepthwise and the pointwise convolution before it
	FuseClassifier                    // a fully connected layer, the global pool before it and the softmax behind it

	FuseAll = FuseDepthwise | FusePool | FuseBeside | FuseUnit | FuseClassifier

	// FuseAlways has the kinds beside it fused wherever that can be, and not only where
	// it pays by the model of costs. Alone it fuses nothing.
	FuseAlways Fusion = 1 << 16
)

var fusions = []struct {
	name string
	kind Fusion
}{
	{"depthwise", FuseDepthwise}, {"pool", FusePool}, {"beside", FuseBeside}, {"unit", FuseUnit}, {"classifier", FuseClassifier},
}

// FusionNames are the words that a Fusion is written in.
func FusionNames() []string {
	var names []string
	for _, f := range fusions {
		names = append(names, f.name)
	}
	return names
}

func (f Fusion) has(kind Fusion) bool { return f&kind != 0 }

// String writes the kinds, as "depthwise+pool", "all" or "none", and nothing of
// FuseAlways.
func (f Fusion) String() string {
	var words []string
	for _, k := range fusions {
		if f.has(k.kind) {
			words = append(words, k.name)
		}
	}
	switch len(words) {
	case 0:
		return "none"
	case len(fusions):
		return "all"
	}
	return strings.Join(words, "+")
}

// ParseFusion reads what String writes.
func ParseFusion(text string) (Fusion, error) {
	switch text {
	case "all":
		return FuseAll, nil
	case "none":
		return 0, nil
	}
	var f Fusion
words:
	for _, word := range strings.Split(text, "+") {
		for _, k := range fusions {
			if k.name == word {
				f |= k.kind
				continue words
			}
		}
		return 0, fmt.Errorf("network: no kind of fusion %q: all, none, or some of %s with + between", word, strings.Join(FusionNames(), ", "))
	}
	return f, nil
}

// even is how much longer by the model one launch may take than two. Its estimates are
// off by a tenth and more where compilers have counted (see RATIONALE.md), and a launch
// less is certain.
const even = 1.1

// pays reports whether one launch is to be preferred to two, by their times.
func (f Fusion) pays(one, two float64) bool { return f.has(FuseAlways) || one < even*two }
