package shaders

import (
	"fmt"
	"strings"
	"text/scanner"
)

// Resources are what a shader declares. A driver has to grant that much; what its
// compiler needs beyond it (registers, memory for spills) only it knows.
type Resources struct {
	WorkGroup         [3]int // invocations along each axis
	SharedBytes       int    // of shared variables
	StorageBlocks     int
	StorageBindings   int // binding points: one more than the highest
	UniformBlocks     int
	UniformBlockBytes int // of the largest
	UniformComponents int // of 32 bits, outside blocks
	Samplers          int
	TextureUnits      int // one more than the highest
	Images            int
	ImageUnits        int      // one more than the highest
	Version           int      // of the language: 310 or 320
	Extensions        []string // that it asks for
}

// Invocations counts those of a work group.
func (r *Resources) Invocations() int { return r.WorkGroup[0] * r.WorkGroup[1] * r.WorkGroup[2] }

// Resources reads what the program declares from its source.
func (p Program) Resources() (Resources, error) {
	r, err := declared(p.Source())
	if err != nil {
		err = fmt.Errorf("shaders: %s: %w", p.Label(), err)
	}
	return r, err
}

func declared(source string) (Resources, error) {
	p, err := preprocess(source)
	if err != nil {
		return Resources{}, err
	}
	d := declarations{Resources: Resources{WorkGroup: [3]int{1, 1, 1}, Version: p.version, Extensions: p.extensions}}
	d.scan.Init(strings.NewReader(p.text.String()))
	d.scan.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanFloats
	d.scan.Error = func(*scanner.Scanner, string) {}
	d.next()
	for d.token != scanner.EOF && d.err == nil {
		d.declaration()
	}
	return d.Resources, d.err
}

// declarations reads the global declarations of a preprocessed shader.
type declarations struct {
	Resources
	scan  scanner.Scanner
	token rune
	text  string
	err   error // the first
}

func (d *declarations) next() {
	d.token = d.scan.Scan()
	d.text = d.scan.TokenText()
}

func (d *declarations) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
	d.token = scanner.EOF
}

// take goes past a token that must be there.
func (d *declarations) take(text string) {
	if d.text != text || d.token == scanner.EOF {
		d.fail("%q where %q is wanted", d.text, text)
		return
	}
	d.next()
}

func (d *declarations) name() string {
	s := d.text
	if d.token != scanner.Ident {
		d.fail("%q where a name is wanted", d.text)
		return ""
	}
	d.next()
	return s
}

// upTo gives the tokens before one of the stops, which is left to be read next.
func (d *declarations) upTo(stops string) string {
	var b strings.Builder
	for depth := 0; d.token != scanner.EOF; d.next() {
		if depth == 0 && strings.Contains(stops, d.text) {
			return b.String()
		}
		switch d.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
		b.WriteString(d.text + " ")
	}
	d.fail("the text ends before %q", stops)
	return ""
}

// declaration reads a function, or what is declared outside them.
func (d *declarations) declaration() {
	storage, layout := "", map[string]string{}
	for qualified := true; qualified; {
		switch d.text {
		case "layout":
			d.next()
			d.take("(")
			for _, item := range strings.Split(d.upTo(")"), ",") {
				key, value, _ := strings.Cut(item, "=")
				layout[strings.TrimSpace(key)] = value
			}
			d.take(")")
		case "in", "uniform", "buffer", "shared":
			storage = d.text
			d.next()
		case "readonly", "writeonly", "coherent", "volatile", "restrict", "const", "highp", "mediump", "lowp":
			d.next()
		default:
			qualified = false
		}
	}
	switch storage {
	case "in":
		for i, axis := range []string{"local_size_x", "local_size_y", "local_size_z"} {
			if size, ok := layout[axis]; ok {
				d.WorkGroup[i] = d.constant(size)
			}
		}
		d.take(";")
	case "buffer":
		d.name()
		d.StorageBlocks++
		d.StorageBindings = max(d.StorageBindings, d.binding(layout)+1)
		d.take("{")
		d.upTo("}")
		d.take("}")
		d.instance()
	case "uniform":
		d.uniform(layout)
	case "shared":
		d.variables(func(kind string, n int, _ bool) {
			size, ok := components[kind]
			if !ok {
				d.fail("shared %s", kind)
			}
			d.SharedBytes += 4 * size * n
		})
	default: // a function, a constant, the default precision, or a stray semicolon
		d.upTo("{;")
		if d.text == "{" {
			d.next()
			d.upTo("}")
		}
		d.next()
	}
}

// uniform reads a block of uniforms, or single ones.
func (d *declarations) uniform(layout map[string]string) {
	kind := d.text
	switch {
	case strings.Contains(kind, "sampler"):
		first := d.binding(layout)
		d.variables(func(_ string, n int, _ bool) {
			d.Samplers += n
			d.TextureUnits = max(d.TextureUnits, first+n)
		})
		return
	case strings.Contains(kind, "image"):
		first := d.binding(layout)
		d.variables(func(_ string, n int, _ bool) {
			d.Images += n
			d.ImageUnits = max(d.ImageUnits, first+n)
		})
		return
	}
	if size, ok := components[kind]; ok {
		d.variables(func(_ string, n int, _ bool) { d.UniformComponents += size * n })
		return
	}
	d.name()
	d.take("{")
	d.UniformBlocks++
	size := 0
	for d.text != "}" && d.token != scanner.EOF {
		for d.text == "highp" || d.text == "mediump" || d.text == "lowp" {
			d.next()
		}
		d.member(&size)
	}
	d.take("}")
	d.instance()
	d.UniformBlockBytes = max(d.UniformBlockBytes, (size+15)/16*16)
}

// member adds one of a block, at the place that std140 gives it.
func (d *declarations) member(size *int) {
	d.variables(func(kind string, n int, array bool) {
		c, ok := components[kind]
		if !ok || strings.HasPrefix(kind, "mat") {
			d.fail("%s in a uniform block", kind)
			return
		}
		align, each := 4*c, 4*c
		if c == 3 {
			align = 16
		}
		if array { // whose elements take whole vec4s
			align, each = 16, 16
		}
		*size = (*size+align-1)/align*align + n*each
	})
}

// variables reads a type and the names behind it, and tells how many of the type
// each is.
func (d *declarations) variables(found func(kind string, n int, array bool)) {
	kind := d.name()
	for d.err == nil {
		d.name()
		n, array := 1, false
		for d.text == "[" {
			array = true
			d.next()
			n *= d.constant(d.upTo("]"))
			d.take("]")
		}
		found(kind, n, array)
		if d.text != "," {
			break
		}
		d.next()
	}
	d.take(";")
}

// instance reads the name that a block may have.
func (d *declarations) instance() {
	if d.text != ";" {
		d.name()
	}
	d.take(";")
}

func (d *declarations) constant(text string) int {
	n, err := evaluate(text)
	if err == nil && n < 1 {
		err = fmt.Errorf("a size of %d", n)
	}
	if err != nil {
		d.fail("%w", err)
	}
	return n
}

func (d *declarations) binding(layout map[string]string) int {
	text, ok := layout["binding"]
	if !ok {
		return 0
	}
	n, err := evaluate(text)
	if err != nil {
		d.fail("%w", err)
	}
	return n
}

// components of 32 bits that the types of variables have.
var components = map[string]int{
	"float": 1, "int": 1, "uint": 1, "bool": 1,
	"vec2": 2, "ivec2": 2, "uvec2": 2, "bvec2": 2,
	"vec3": 3, "ivec3": 3, "uvec3": 3, "bvec3": 3,
	"vec4": 4, "ivec4": 4, "uvec4": 4, "bvec4": 4,
	"mat2": 4, "mat3": 9, "mat4": 16,
}
