package tensor

import (
	"fmt"
	"slices"
	"strings"
)

// Presets names the preprocessings that Preset knows.
func Presets() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

// Preset returns a preprocessing by name, to use as it is or to change a field
// of (a network's input size is often another):
//
//   - imagenet: torchvision's. Shorter side 256, centre crop 224, RGB in 0..1
//     minus (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225).
//   - megvii: Megvii's own ShuffleNet weights. The same crop; BGR as 0..255.
//   - caffe: SqueezeNet and others that came from Caffe. Stretched to 227x227,
//     BGR as 0..255 minus (104, 117, 123).
//   - nanodet: NanoDet-m. Letterboxed to 320x320 on black, BGR minus (103.53,
//     116.28, 123.675) times (0.017429, 0.017507, 0.017125).
//   - yolo-fastest: YOLO-FastestV2. Stretched to 352x352, BGR in 0..1.
//   - ultraface: Ultra-Light-Fast-Generic-Face-Detector. Stretched to 320x240,
//     RGB, (v-127)/128.
func Preset(name string) (Preprocess, error) {
	all := presets()
	i := slices.IndexFunc(all, func(p preset) bool { return p.name == name })
	if i < 0 {
		return Preprocess{}, fmt.Errorf("%w: no preset is called %q; there are %s", ErrPreprocess, name, strings.Join(Presets(), ", "))
	}
	return all[i].Preprocess, nil
}

type preset struct {
	name string
	Preprocess
}

func presets() []preset {
	crop := Preprocess{Width: 224, Height: 224, Fit: Crop, Shorter: 256}
	megvii := crop
	megvii.Order = BGR
	const unit = 1.0 / 255
	return []preset{
		{"imagenet", crop.Normalise([3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225})},
		{"megvii", megvii},
		{"caffe", Preprocess{Width: 227, Height: 227, Order: BGR, Mean: [3]float32{104, 117, 123}}},
		{"nanodet", Preprocess{Width: 320, Height: 320, Fit: Letterbox, Order: BGR,
			Mean: [3]float32{103.53, 116.28, 123.675}, Scale: [3]float32{0.017429, 0.017507, 0.017125}}},
		{"yolo-fastest", Preprocess{Width: 352, Height: 352, Order: BGR, Scale: [3]float32{unit, unit, unit}}},
		{"ultraface", Preprocess{Width: 320, Height: 240,
			Mean: [3]float32{127, 127, 127}, Scale: [3]float32{1.0 / 128, 1.0 / 128, 1.0 / 128}}},
	}
}
