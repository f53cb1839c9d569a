package network_test

import (
	"errors"
	"testing"

	"github.com/shufflegl/shufflegl/cpu"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// wantError holds an error against what it must wrap and its whole text.
func wantError(t *testing.T, err, kind error, text string) {
	t.Helper()
	if err == nil || err.Error() != text || !errors.Is(err, kind) {
		t.Errorf("error is %v\nwant     %s (as %v)", err, text, kind)
	}
}

// activated applies an activation by the reference.
func activated(t *testing.T, a network.Activation, x *tensor.Tensor) *tensor.Tensor {
	t.Helper()
	b := network.NewBuilder("activation")
	g, err := b.Build(b.Apply("y", network.Activate{Fn: a}, b.Input("x", x.Shape...)))
	if err != nil {
		t.Fatal(err)
	}
	values, err := cpu.Evaluate(g, []*tensor.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	return values["y"]
}
