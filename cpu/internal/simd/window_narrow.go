package simd

// narrow is a Window's blocks for AVX2, of 8 pixels: where its windows begin in x, and
// its pixels lie in y and in what is added, and its masks. Blocks share masks, for most
// are whole: with words for bits they take more memory than the planes.
type narrow struct {
	blocks []byte
	count  int
	masks  []byte
}

// newNarrow makes blocks, if there is a window of this form.
func newNarrow(f *Form) *narrow {
	sums := !f.Most && (f.Size == 3 || f.Size == 5) && f.Stride <= 2
	if most := f.Most && (f.Size == 2 || f.Size == 3) && f.Stride == 2; !sums && !most {
		return nil
	}
	n := &narrow{}
	known := map[string]int{}
	lanes := AVX2.shape().lanes
	for y := range f.Out.Height {
		for x := 0; x < f.Out.Width; x += lanes {
			masks := AVX2.laneMask(nil, func(lane int) bool { return x+lane < f.Out.Width })
			for u := range f.Size {
				row := y*f.Stride + u - f.Top
				for v := 0; v < f.Size; v += f.Stride {
					for i := range f.Stride {
						first := x*f.Stride - f.Left + v + lanes*i
						masks = AVX2.laneMask(masks, func(lane int) bool {
							return row >= 0 && row < f.In.Height && first+lane >= 0 && first+lane < f.In.Width
						})
					}
				}
			}
			at, ok := known[string(masks)]
			if !ok {
				at = len(n.masks)
				known[string(masks)] = at
				n.masks = append(n.masks, masks...)
			}
			for _, offset := range [...]int{
				(y*f.Stride-f.Top)*f.In.Pitch + x*f.Stride - f.Left, y*f.Out.Pitch + x, y*f.Add.Pitch + x, at,
			} {
				n.blocks = place(n.blocks, offset)
			}
			n.count++
		}
	}
	return n
}
