package kernels

import "testing"

// What GPUs call themselves, and the variants that they get.
func TestFamilies(t *testing.T) {
	type want struct{ family, pointwise, general string }
	const (
		mali   = "channels=8 vectors=1 unroll=2 lanes=64"
		four   = "channels=4 vectors=1 lanes=64"
		much   = "channels=8 vectors=2 unroll=2 lanes=64"
		eights = "channels=8 vectors=1 lanes=64"
	)
	software := want{"llvmpipe", "channels=16 vectors=4 unroll=2 lanes=32", "channels=16 vectors=3 lanes=64"}
	soft := func(name string) want { w := software; w.family = name; return w }
	v3d := want{"V3D", "channels=4 vectors=1 unroll=4 lanes=64 sparing buffered", "channels=4 vectors=1 lanes=64 sparing buffered"}
	bifrost := want{"Mali Bifrost", "channels=8 vectors=1 unroll=4 lanes=64", "channels=8 vectors=1 lanes=64 sparing"}
	valhall := want{"Mali Valhall", mali, four}
	other := want{"other", mali, four}
	for renderer, want := range map[string]want{
		"llvmpipe (LLVM 15.0.6, 256 bits)":                          software,
		"ANGLE (Mesa, llvmpipe (LLVM 17.0.6 256 bits), OpenGL 4.5)": software,
		"softpipe":                           soft("softpipe"),
		"Google SwiftShader":                 soft("software"),
		"V3D 4.2":                            v3d,
		"V3D 7.1.7":                          v3d,
		"VideoCore VI HW":                    v3d,
		"Mali-G52 (Panfrost)":                bifrost,
		"Mali-G31":                           bifrost,
		"Mali-G76":                           bifrost,
		"Mali-G57 (Panfrost)":                valhall,
		"Mali-G57 MC2":                       valhall,
		"Mali-G610":                          valhall,
		"Mali-G710":                          valhall,
		"Mali-G720-Immortalis MC12":          valhall,
		"Immortalis-G715":                    valhall,
		"Mali-T860 (Panfrost)":               other,
		"FD630":                              {"Adreno", much, eights},
		"Adreno (TM) 740":                    {"Adreno", much, eights},
		"Mesa Intel(R) UHD Graphics 630":     {"Intel", mali, four},
		"AMD Radeon Vega 8 (radeonsi)":       {"AMD", much, eights},
		"NVIDIA Tegra X1 (nvgpu)/integrated": {"NVIDIA", much, eights},
		"NVIDIA GeForce RTX 3060/PCIe/SSE2":  {"NVIDIA", much, eights},
		"NV12B":                              {"NVIDIA", much, eights},
		"Vivante GC7000":                     other,
		"PowerVR Rogue GE8320":               other,
		"":                                   other,
	} {
		of := FamilyOf(renderer)
		how := of.Shipped(false)
		// A convolution of which the whole family variant fits.
		p := how.standard(Bounds{Kernel: PointwiseFile, Inputs: 96, Outputs: 480, Vectors: 196})
		g := how.standard(Bounds{Kernel: GeneralFile, Inputs: 96, Outputs: 480, Vectors: 28, Strip: 2})
		if got := (struct{ family, pointwise, general string }{of.Name, p.String(), g.String()}); got != want {
			t.Errorf("%q: %v, want %v", renderer, got, want)
		}
	}
	for i, f := range Families {
		if f.Basis != ByMeasure && f.Basis != ByCompiler && f.Basis != ByGuess {
			t.Errorf("%s: by %q", f.Name, f.Basis)
		}
		if last := i == len(Families)-1; f.Renderer.MatchString("") != last {
			t.Errorf("%s: only the last family is for all", f.Name)
		}
	}
}

// Wide windows leave Bifrost fewer registers.
func TestBifrostStrip(t *testing.T) {
	how := FamilyOf("Mali-G52").Shipped(false)
	for strip, want := range map[int]int{1: 8, 2: 8, 3: 4, 9: 4} {
		if v := how.standard(Bounds{Kernel: GeneralFile, Inputs: 3, Outputs: 64, Vectors: 9, Strip: strip}); v.Channels != want {
			t.Errorf("%d vec4s of a row: %d channels, want %d", strip, v.Channels, want)
		}
	}
}

// Valhall fetches weights in pairs, and Bifrost from two textures in turns, where they are fp16,
// whole texels at a time, and arithmetic is not.
func TestPairsAndTwins(t *testing.T) {
	for _, c := range []struct {
		halves, products bool // what is fp16: elements, and products too
		inputs, outputs  int
		want             bool
	}{
		{false, false, 60, 240, false},
		{true, false, 60, 240, true},
		{true, false, 61, 240, true}, // one input channel at a time, of eight output channels
		{true, false, 60, 4, true},   // two or four of four
		{true, false, 61, 4, false},  // one of four
		{true, true, 60, 240, false},
	} {
		b := Bounds{Kernel: PointwiseFile, Inputs: c.inputs, Outputs: c.outputs, Vectors: 196, Half: c.halves}
		valhall, bifrost := FamilyOf("Mali-G57").Shipped(c.products), FamilyOf("Mali-G52").Shipped(c.products)
		pairs, twins := valhall.standard(b), bifrost.standard(b)
		if pairs.Paired != c.want || twins.Twins != c.want || pairs.Twins || twins.Paired {
			t.Errorf("fp16 stored %t, computed %t, %d to %d channels: %v and %v", c.halves, c.products, c.inputs, c.outputs, pairs, twins)
		}
		if twins.Channels, twins.Unroll = 16, 4; twins.HasTwins(b) {
			t.Error("sixteen vec4s at a time are twins")
		}
	}
}

// Whatever the shape, a family's variant is one that the kernel can run.
func TestStandardVariantsFit(t *testing.T) {
	for _, f := range Families {
		how := f.Tuning
		for _, k := range []File{PointwiseFile, GeneralFile, ConvPoolFile, FusedFile, DepthwiseFile, PoolFile, ConnectedFile, ClassifierFile} {
			for _, inputs := range []int{1, 2, 3, 12, 17, 60, 64} {
				for _, outputs := range []int{1, 3, 4, 12, 15, 20, 45, 60, 240, 1000} {
					for _, vectors := range []int{1, 2, 7, 49, 784} {
						for _, half := range []bool{false, true} {
							b := Bounds{k, inputs, outputs, vectors, vectors, 3, half}
							if k == ConvPoolFile {
								b.Outputs = ceilDiv(outputs, 4) * 4
							}
							v := how.standard(b)
							if err := v.Check(b, &SpecMinimum); err != nil {
								t.Errorf("%s, %+v: %v", f.Name, b, err)
							}
						}
					}
				}
			}
		}
	}
}
