package gpu

import "github.com/shufflegl/shufflegl/shaders"

// storage is how a plan's maps and weights are kept.
type storage struct {
	halves    bool // elements are fp16, not fp32
	products  bool // are fp16
	texture   bool // maps are in a texture
	images    bool // textures are read as images, and not by the texture unit
	truncates bool // stores cut off instead of rounding
	behind    int  // where in the texture what work groups keep begins, in floats; 0 if that is shared memory
	scratched bool // some launches keep things of their own beside the maps
}

// bytes is the size of an element.
func (s storage) bytes() int {
	if s.halves {
		return 2
	}
	return 4
}

// compiled is the variant of a program for the storage.
func (s storage) compiled(p shaders.Program) shaders.Program {
	for _, m := range s.macros() {
		p = p.With(m)
	}
	return p
}

// macros name the storage to shaders.
func (s storage) macros() []string {
	var m []string
	if s.halves {
		m = append(m, "STORED_HALF")
	}
	if s.texture {
		m = append(m, "MAPS_TEXTURE")
	}
	if s.images {
		m = append(m, "BY_IMAGE")
	}
	if s.truncates {
		m = append(m, "TRUNCATES")
	}
	return m
}

// arithmetic is the macro of a kernel whose sums are of so many products at a time.
func (s storage) arithmetic(products int) []string {
	if s.products && products > 1 {
		return []string{"HALF_ARITHMETIC"}
	}
	return nil
}
