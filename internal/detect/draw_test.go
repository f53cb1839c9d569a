package detect

import (
	"image"
	"image/color"
	"testing"
)

// Frames lie on the boxes' edges and labels on a background of their colour; the
// photo is not touched.
func TestDraw(t *testing.T) {
	photo := image.NewGray(image.Rect(10, 20, 210, 140)) // not at the origin
	boxes := []Box{{3, 0.9, 50, 40, 150, 100}, {3, 0.8, 50, 40, 150, 100}, {0, 0.7, 0, 0, 200, 120}, {1, 0.5, 199, 119, 200, 120}}
	got := Draw(photo, boxes, []string{"zero"})
	if got.Bounds() != image.Rect(0, 0, 200, 120) {
		t.Fatal(got.Bounds())
	}
	for at, want := range map[image.Point]color.RGBA{
		{50, 70}:   colour(3), // left edge, two pixels wide
		{51, 70}:   colour(3),
		{52, 70}:   {0, 0, 0, 255},
		{149, 70}:  colour(3),
		{150, 70}:  {0, 0, 0, 255},
		{100, 99}:  colour(3),
		{51, 26}:   colour(3), // above the box: the label
		{51, 41}:   colour(3), // inside, for the same place is taken
		{1, 60}:    colour(0), // the frame of the whole photo
		{199, 119}: colour(0), // the better on top
	} {
		if c := got.RGBAAt(at.X, at.Y); c != want {
			t.Errorf("at %v: %v, want %v", at, c, want)
		}
	}
	if photo.GrayAt(60, 60).Y != 0 {
		t.Error("the photo has changed")
	}
}

// Nothing is drawn outside, whatever the size of image and boxes.
func TestDrawTiny(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {7, 3}, {3, 90}} {
		Draw(image.NewRGBA(image.Rectangle{Max: size}), []Box{{7, 1, -50, -50, 500, 500}, {8, 1, 0, 0, 0.2, 0.2}}, nil)
	}
}

func TestContrast(t *testing.T) {
	for class := range 20 {
		c := colour(class)
		l := contrast(c)
		if d := int(l.R) - (299*int(c.R)+587*int(c.G)+114*int(c.B))/1000; max(d, -d) < 100 {
			t.Errorf("class %d: %v on %v", class, l, c)
		}
	}
}
