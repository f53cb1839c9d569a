package tensor

import (
	"errors"
	"fmt"
	"image"
	"image/color"
)

// Fit says how a photo of any size becomes the network's input size.
type Fit int

const (
	// Stretch scales both sides to the input's, whatever that does to the
	// photo's proportions.
	Stretch Fit = iota
	// Crop scales the photo until its shorter side has Preprocess.Shorter
	// pixels, then cuts the input's size out of the middle.
	Crop
	// Letterbox scales the photo until it just fits inside the input, centres
	// it, and fills the rest with Preprocess.Fill.
	Letterbox
)

func (f Fit) String() string {
	switch f {
	case Stretch:
		return "stretch"
	case Crop:
		return "crop"
	case Letterbox:
		return "letterbox"
	}
	return fmt.Sprintf("Fit(%d)", int(f))
}

// Order is the order of the colour planes in the tensor.
type Order int

const (
	RGB Order = iota
	BGR
)

func (o Order) String() string {
	if o == BGR {
		return "BGR"
	}
	return "RGB"
}

// Preprocess turns a photo into what a network was trained on. A wrong one is
// the commonest cause of wrong answers from a right network. Presets has the
// usual ones.
//
// The value of plane c at a pixel is (v - Mean[c]) * Scale[c], where v is the
// colour as 0..255 and c counts planes in the tensor's Order: Mean[0] is for
// blue if the order is BGR. Normalisation given as mean and std of colours in
// 0..1, as torchvision does, is Normalise.
type Preprocess struct {
	Width, Height int // of the input, in pixels
	Fit           Fit
	Shorter       int        // Crop: pixels of the photo's shorter side before the cut; 0: no larger than needed
	Fill          color.RGBA // Letterbox: colour of the borders; the zero value is black
	Order         Order
	Mean          [3]float32
	Scale         [3]float32 // the zero value means 1, 1, 1
}

// Normalise returns p with the Mean and Scale that do (v/255 - mean) / std.
func (p Preprocess) Normalise(mean, std [3]float32) Preprocess {
	for c := range 3 {
		p.Mean[c] = 255 * mean[c]
		p.Scale[c] = 1 / (255 * std[c])
	}
	return p
}

// Shape is the shape of the tensors p makes: 1 x 3 x Height x Width.
func (p Preprocess) Shape() Shape { return Shape{1, 3, p.Height, p.Width} }

// maxSide bounds the sides of inputs and of scaled photos, in pixels.
const maxSide = 1 << 15

// ErrPreprocess: the settings of a Preprocess, or the image or tensor given to
// it, cannot be worked with.
var ErrPreprocess = errors.New("cannot preprocess")

// Check returns an error that wraps ErrPreprocess if no photo can be preprocessed
// with these settings.
func (p Preprocess) Check() error {
	switch {
	case p.Width < 1 || p.Height < 1 || p.Width > maxSide || p.Height > maxSide:
		return fmt.Errorf("%w: input of %dx%d pixels", ErrPreprocess, p.Width, p.Height)
	case p.Fit < Stretch || p.Fit > Letterbox:
		return fmt.Errorf("%w: unknown fit %v", ErrPreprocess, p.Fit)
	case p.Order != RGB && p.Order != BGR:
		return fmt.Errorf("%w: unknown order of planes %d", ErrPreprocess, int(p.Order))
	case p.Fit == Crop && p.Shorter != 0 && p.Shorter < max(p.Width, p.Height):
		return fmt.Errorf("%w: a %dx%d cut from a photo whose shorter side is %d", ErrPreprocess, p.Width, p.Height, p.Shorter)
	case p.Shorter > maxSide:
		return fmt.Errorf("%w: shorter side of %d pixels", ErrPreprocess, p.Shorter)
	}
	return nil
}

// Place returns where a photo of the given size, scaled, lies in the input:
// inside it for Letterbox, larger than it for Crop. A point (x, y) of the input
// is, with r the result, the photo's point
//
//	(x - r.Min.X) * width / r.Dx(), (y - r.Min.Y) * height / r.Dy()
//
// which is what boxes found by a detector need. It is the empty rectangle if
// the photo is empty. Letterbox rounds the scaled photo's size down, as
// NanoDet's own code does; Crop rounds it to nearest (torchvision rounds down:
// half a pixel).
func (p Preprocess) Place(width, height int) image.Rectangle {
	if width < 1 || height < 1 {
		return image.Rectangle{}
	}
	w, h := p.Width, p.Height // of the scaled photo
	switch p.Fit {
	case Letterbox:
		if int64(p.Width)*int64(height) <= int64(p.Height)*int64(width) { // the width decides
			h = max(1, muldiv(p.Width, height, width, 0))
		} else {
			w = max(1, muldiv(p.Height, width, height, 0))
		}
	case Crop:
		num, den := p.Shorter, min(width, height) // the scale, as a fraction: no rounding trouble
		if p.Shorter == 0 {
			num, den = p.Width, width
			if int64(p.Height)*int64(width) > int64(p.Width)*int64(height) {
				num, den = p.Height, height
			}
		}
		w, h = muldiv(width, num, den, den/2), muldiv(height, num, den, den/2)
	}
	// Division goes towards zero: with an odd number of pixels to cut or fill,
	// the photo is nearer the upper left.
	x, y := (p.Width-w)/2, (p.Height-h)/2
	return image.Rect(x, y, x+w, y+h)
}

// muldiv is (a*b + add) / c without overflow, at most 2^30.
func muldiv(a, b, c, add int) int {
	return int(min((int64(a)*int64(b)+int64(add))/int64(c), 1<<30))
}

// FitImage returns img fitted to Width x Height: what the network sees, still
// as a picture.
func (p Preprocess) FitImage(img image.Image) (*image.RGBA, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	dst := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	if err := p.FitInto(dst, img); err != nil {
		return nil, err
	}
	return dst, nil
}

// FitInto is FitImage into an image of the caller's, which must have Width x
// Height pixels. It allocates only a few bytes for each column and row.
func (p Preprocess) FitInto(dst *image.RGBA, img image.Image) error {
	if err := p.Check(); err != nil {
		return err
	}
	if s := dst.Bounds().Size(); s.X != p.Width || s.Y != p.Height {
		return fmt.Errorf("%w: fitting to %dx%d pixels into an image of %dx%d", ErrPreprocess, p.Width, p.Height, s.X, s.Y)
	}
	if err := CheckImage(img); err != nil {
		return err
	}
	size := img.Bounds().Size()
	at := p.Place(size.X, size.Y)
	resize(dst, at, img, p.Fill)
	return nil
}

// Apply fits img and returns it as a tensor of shape 1 x 3 x Height x Width.
func (p Preprocess) Apply(img image.Image) (*Tensor, error) {
	fitted, err := p.FitImage(img)
	if err != nil {
		return nil, err
	}
	t := New(p.Shape()...)
	return t, p.FillFrom(t, fitted)
}
