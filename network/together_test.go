package network_test

import (
	"testing"

	"github.com/shufflegl/shufflegl/network"
)

func TestTogether(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"fc"}, "fc"},
		{[]string{"stage2.unit1.conv"}, "stage2.unit1.conv"},
		{[]string{"conv1", "conv1.bn"}, "conv1+conv1.bn"},
		{[]string{"unit.conv", "unit.conv.bn", "unit.relu"}, "unit.(conv+conv.bn+relu)"},
		{[]string{"unit1.conv", "unit10.conv"}, "unit1.conv+unit10.conv"},
		{[]string{"/a/b/Conv", "/a/b/Relu"}, "/a/b/(Conv+Relu)"},
		{[]string{"/a/b/Conv", "/a/c/Relu"}, "/a/(b/Conv+c/Relu)"},
		{[]string{"/Conv", "/Relu"}, "/(Conv+Relu)"},
		{[]string{"a.", "a."}, "a.+a."},
		{[]string{"", ""}, "+"},
		{[]string{".", "."}, ".+."},
	} {
		if got := network.Together(c.names); got != c.want {
			t.Errorf("%q: %s, want %s", c.names, got, c.want)
		}
	}
}
