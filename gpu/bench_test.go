package gpu

import (
	"image"
	"testing"

	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/tensor"
)

// What a 1280x720 frame costs on its way to an input of 224x224: preprocessed on the
// CPU and uploaded, or uploaded and preprocessed on the GPU; and how long Submit holds
// up its caller. The network is one addition. On Mesa's software renderers the CPU is
// the GPU, and launches are over when they return.
func BenchmarkPhotos(b *testing.B) {
	d := openTest(b, Options{})
	p, err := tensor.Preset("imagenet")
	if err != nil {
		b.Fatal(err)
	}
	s, photos := seen(b, d, p)
	out, frame := []*tensor.Tensor{network.OnDevice}, s.NewFrame()
	frame.Outputs[0] = network.OnDevice
	in, fitted := tensor.New(p.Shape()...), image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	frame720 := image.Rect(0, 0, 1280, 720)
	for name, img := range map[string]image.Image{"RGBA": image.NewRGBA(frame720), "YCbCr420": image.NewYCbCr(frame720, image.YCbCrSubsampleRatio420)} {
		fill := func() error {
			if err := p.FitInto(fitted, img); err != nil {
				return err
			}
			return p.FillFrom(in, fitted)
		}
		inputs := []*tensor.Tensor{in}
		for _, c := range []struct {
			what string
			run  func() error
		}{
			{"preprocess by CPU", fill},
			{"run by CPU", func() error {
				if err := fill(); err != nil {
					return err
				}
				return s.RunInto(out, inputs)
			}},
			{"run by GPU", func() error { return photos.RunInto(out, img) }},
			{"run without photo", func() error { return s.RunInto(out, inputs) }},
		} {
			b.Run(name+"/"+c.what, func(b *testing.B) {
				for b.Loop() {
					if err := c.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(name+"/submit by GPU", func(b *testing.B) {
			b.StopTimer()
			for range b.N {
				b.StartTimer()
				if err := photos.Submit(frame, img); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if _, err := frame.Wait(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Frames of a small ShuffleNet: one after the other, and two in flight.
func BenchmarkFrames(b *testing.B) {
	d := openTest(b, Options{})
	s, out, in := compiled(b, d, ofZoo(b, "shufflenet_v1_g3_0.25x", 64))
	b.Run("run", func(b *testing.B) {
		for b.Loop() {
			if err := s.RunInto(out, in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("two in flight", func(b *testing.B) {
		now, next := s.NewFrame(), s.NewFrame()
		if err := s.Submit(now, in...); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := s.Submit(next, in...); err != nil {
				b.Fatal(err)
			}
			if _, err := now.Wait(); err != nil {
				b.Fatal(err)
			}
			now, next = next, now
		}
		now.Wait()
	})
}
