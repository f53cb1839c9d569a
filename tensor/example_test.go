package tensor_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"log"

	"github.com/shufflegl/shufflegl/tensor"
)

func ExampleMaxDiff() {
	got := tensor.FromSlice([]float32{1, 2.5, -4}, 1, 3)
	want := tensor.FromSlice([]float32{1, 2, -4}, 1, 3)
	d := tensor.MaxDiff(got, want)
	fmt.Println(d.Rel < 1e-4)
	fmt.Println(d)
	// Output:
	// false
	// largest difference 0.5 (0.125 of the largest magnitude 4), at [0 1]: 2.5 instead of 2
}

func ExampleWriteNPY() {
	var file bytes.Buffer
	if err := tensor.WriteNPY(&file, tensor.New(1, 3, 224, 224)); err != nil {
		log.Fatal(err)
	}
	t, err := tensor.ReadNPY(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.Shape)
	// Output: 1x3x224x224
}

func ExamplePreprocess() {
	photo := image.NewRGBA(image.Rect(0, 0, 640, 480)) // or tensor.LoadImage("photo.jpg")
	photo.Set(320, 240, color.White)

	p, err := tensor.Preset("imagenet")
	if err != nil {
		log.Fatal(err)
	}
	t, err := p.Apply(photo)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.Shape)
	fmt.Printf("black is %.3f, %.3f, %.3f\n", t.Data[0], t.Data[224*224], t.Data[2*224*224])
	// Output:
	// 1x3x224x224
	// black is -2.118, -2.036, -1.804
}

// A camera loop fits each frame and fills the same tensor again.
func ExamplePreprocess_FillFrom() {
	p := tensor.Preprocess{Width: 320, Height: 320, Fit: tensor.Letterbox, Order: tensor.BGR}
	frame := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420)
	fitted := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	input := tensor.New(p.Shape()...)
	for range 3 {
		if err := p.FitInto(fitted, frame); err != nil {
			log.Fatal(err)
		}
		if err := p.FillFrom(input, fitted); err != nil {
			log.Fatal(err)
		}
		// run the network on input
	}
	fmt.Println(input.Shape)
	// Output: 1x3x320x320
}

// A detector's boxes are in pixels of its input; Place leads back to the photo.
func ExamplePreprocess_Place() {
	p := tensor.Preprocess{Width: 320, Height: 320, Fit: tensor.Letterbox}
	r := p.Place(1280, 720)
	x, y := 160, 160 // the middle of the input
	fmt.Println(r)
	fmt.Println((x-r.Min.X)*1280/r.Dx(), (y-r.Min.Y)*720/r.Dy())
	// Output:
	// (0,70)-(320,250)
	// 640 360
}
