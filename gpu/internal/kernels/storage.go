package kernels

import "github.com/shufflegl/shufflegl/shaders"

// Storage is how a plan's maps and weights are kept.
type Storage struct {
	Halves    bool // elements are fp16, not fp32
	Products  bool // are fp16
	Texture   bool // maps are in a texture
	Images    bool // textures are read as images, and not by the texture unit
	Texels    bool // maps are in a buffer; they, weights and tables are read as textures of buffers
	Truncates bool // stores cut off instead of rounding
	Behind    int  // where behind the maps what work groups keep begins, in floats; 0 if that is shared memory
	Scratched bool // some launches keep things of their own beside the maps
}

// Bytes is the size of an element.
func (s Storage) Bytes() int {
	if s.Halves {
		return 2
	}
	return 4
}

// Compiled is the variant of a program for the storage.
func (s Storage) Compiled(p shaders.Program) shaders.Program {
	for _, m := range s.macros() {
		p = p.With(m)
	}
	return p
}

// macros name the storage to shaders.
func (s Storage) macros() []string {
	var m []string
	if s.Halves {
		m = append(m, "STORED_HALF")
	}
	if s.Texture {
		m = append(m, "MAPS_TEXTURE")
	}
	if s.Images {
		m = append(m, "BY_IMAGE")
	}
	if s.Texels {
		m = append(m, "BY_TEXELS")
	}
	if s.Truncates {
		m = append(m, "TRUNCATES")
	}
	return m
}

// arithmetic is the macro of a kernel whose sums are of so many products at a time.
func (s Storage) arithmetic(products int) []string {
	if s.Products && products > 1 {
		return []string{"HALF_ARITHMETIC"}
	}
	return nil
}
