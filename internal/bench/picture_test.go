package bench_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/shufflegl/shufflegl/internal/bench"
	"github.com/shufflegl/shufflegl/tensor"
)

// Picture has about the colours and contrast of a photo, and all of it differs.
func TestPicture(t *testing.T) {
	img := bench.Picture(160, 120)
	p, err := tensor.Preset("imagenet")
	if err != nil {
		t.Fatal(err)
	}
	in, err := p.Apply(img)
	if err != nil {
		t.Fatal(err)
	}
	var sum, square float64
	for _, x := range in.Data {
		sum, square = sum+float64(x), square+float64(x)*float64(x)
	}
	n := float64(len(in.Data))
	mean, deviation := sum/n, math.Sqrt(square/n-sum*sum/n/n)
	if math.Abs(mean) > 1.2 || deviation < 0.4 || deviation > 2 {
		t.Errorf("normalised: mean %.2f, deviation %.2f; a photo has about 0 and 1", mean, deviation)
	}
	if a, b := bench.Picture(64, 64), bench.Picture(64, 64); !reflect.DeepEqual(a, b) {
		t.Error("two pictures differ")
	}
}
