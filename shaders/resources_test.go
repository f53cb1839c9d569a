package shaders

import (
	"reflect"
	"strings"
	"testing"
)

// group is the resources of a shader that declares nothing else.
func group(x, y, z int) Resources { return Resources{WorkGroup: [3]int{x, y, z}} }

func TestDeclared(t *testing.T) {
	with := func(change func(*Resources)) Resources {
		r := group(1, 1, 1)
		change(&r)
		return r
	}
	for _, c := range []struct {
		name, source string
		want         Resources
	}{
		{"nothing", "void main() { int shared_ = 3; { } }", group(1, 1, 1)},
		{"work group", "#define LX 16\nlayout(local_size_x = LX, local_size_z = 2) in;\nvoid main() {}", group(16, 1, 2)},
		{"macros within macros", "#define A (B + 1) // no A here\n#define B 3\nlayout(local_size_y = 2 * A) in;", group(1, 8, 1)},
		{"undefined again", "#define A 2\n#undef A\n#ifdef A\nlayout(local_size_x = A) in;\n#endif\n", group(1, 1, 1)},
		{"continued line", "#define A \\\n 7\nlayout(local_size_x = A) in;", group(7, 1, 1)},
		{"first true branch", "#define OC 8\n#if OC < 8 || defined NO\nlayout(local_size_x = 1) in;\n#elif OC % 3 == 2u && !defined(NO)\nlayout(local_size_x = 2) in;\n#elif 1\nlayout(local_size_x = 3) in;\n#else\nlayout(local_size_x = 4) in;\n#endif", group(2, 1, 1)},
		{"else", "#if 0\n#error no\n#elif 0\n#else\nlayout(local_size_x = 4) in;\n#endif", group(4, 1, 1)},
		{"a branch inside one that is left out", "#ifdef NO\n#if UNKNOWN\n#else\nlayout(local_size_x = 4) in;\n#endif\n#else\nlayout(local_size_x = 5) in;\n#endif", group(5, 1, 1)},
		{"comments", "/* layout(local_size_x = 2) in;\n // */ layout(local_size_x = 3) in; // layout(local_size_x = 4) in;", group(3, 1, 1)},

		{"shared", "#define N 4\nshared vec4 a[N * N]; shared float b, c[3]; shared uvec2 d[2][N];",
			with(func(r *Resources) { r.SharedBytes = 16*16 + 4 + 12 + 8*8 })},
		{"storage blocks", "layout(std430, binding = 3) readonly buffer A { vec4 a[]; };\nlayout(std430) coherent buffer B { int n; float x[]; } b;",
			with(func(r *Resources) { r.StorageBlocks, r.StorageBindings = 2, 4 })},
		{"uniform block by std140", "layout(std140, binding = 0) uniform P { int a; highp vec2 b; vec3 c; float d; float e[2]; int f, g; };",
			with(func(r *Resources) { r.UniformBlocks, r.UniformBlockBytes = 1, 16+16+32+16 })},
		{"an array of one", "uniform P { int a[1]; int b; } p;",
			with(func(r *Resources) { r.UniformBlocks, r.UniformBlockBytes = 1, 32 })},
		{"the largest of two", "uniform P { vec4 a; }; uniform Q { vec4 b[3]; } q;",
			with(func(r *Resources) { r.UniformBlocks, r.UniformBlockBytes = 2, 48 })},
		{"single uniforms", "uniform int a, b[3]; uniform highp mat4 m;",
			with(func(r *Resources) { r.UniformComponents = 20 })},
		{"samplers and images", "layout(binding = 1) uniform highp sampler2D a; uniform lowp usamplerBuffer b[2];\nlayout(binding = 2, rgba32f) writeonly uniform highp image2D c; layout(r32i) uniform iimage3D d;",
			with(func(r *Resources) { r.Samplers, r.TextureUnits, r.Images, r.ImageUnits = 3, 2, 2, 3 })},
		{"version", "#version 320 es\nvoid main() {}", with(func(r *Resources) { r.Version = 320 })},
		{"extension", "#extension GL_EXT_texture_buffer : require\n#ifdef NO\n#extension GL_NO : enable\n#endif",
			with(func(r *Resources) { r.Extensions = []string{"GL_EXT_texture_buffer"} })},
		{"functions and constants", "precision highp float; const int n[2] = int[](1, 2); struct S { int a; }; vec4 f(int a) { if (a > 0) { return vec4(0.5e-3); } return vec4(1); }\nlayout(local_size_x = 9) in;", group(9, 1, 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := declared(c.source)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, %v\nwant %+v", got, err, c.want)
			}
		})
	}
}

// What the reader does not understand is an error: a wrong figure would pass for a
// right one.
func TestDeclaredErrors(t *testing.T) {
	for _, c := range []struct{ name, source, says string }{
		{"unknown macro", "layout(local_size_x = LX) in;", "no constant number: LX"},
		{"zero", "layout(local_size_x = 0) in;", "a size of 0"},
		{"no number", "shared int a[2 +];", "no number: 2 +"},
		{"shifts bind otherwise in Go", "#if 1 << 2 + 1\n#endif", "no constant number"},
		{"division by zero", "shared int a[1 / (2 - 2)];", "no constant number"},
		{"recursion", "#define A B\n#define B 1 + A\nshared int a[A];", "line 3: macros without end"},
		{"explosion", "#define A B B B B\n#define B C C C C C\n#define C D D D D D\n#define D A A A A\nA", "line 5: macros without end"},
		{"shared structure", "struct S { int a; }; shared S a[2];", "shared S"},
		{"structure in a block", "struct S { int a; }; uniform P { S a; };", "S in a uniform block"},
		{"a brace is missing", "uniform P { int a; ", `"" where "}" is wanted`},
		{"a name is missing", "shared int [3];", `"[" where a name is wanted`},
		{"a function without end", "void main() { {", `the text ends before "}"`},
		{"another language", "#version 450 core", "line 1: #version 450 core is not of OpenGL ES"},
		{"#error", "#error no", "line 1: #error no"},
		{"#include", "#include \"a\"", "line 1: #include"},
		{"no #endif", "#ifdef A\n", "an #if without #endif"},
		{"no #if", "\n#else\n", "line 2: #else without #if"},
		{"#if of a name", "#if A\n#endif", "no constant number: A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r, err := declared(c.source); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v, %v\nwant an error with %q", r, err, c.says)
			}
		})
	}
	if _, err := New("softmax.comp").Resources(); err == nil || !strings.HasPrefix(err.Error(), "shaders: softmax.comp (): ") {
		t.Error(err)
	}
}

// Whatever the text, reading it ends without a panic.
func FuzzDeclared(f *testing.F) {
	f.Add("#define A 4\n#if A > 3\nlayout(local_size_x = A) in;\n#endif\nshared vec4 a[A * A];\nuniform P { int a; };\nvoid main() {}")
	for _, file := range Files() {
		f.Add(New(file, "LX=8", "LY=4", "LZ=2", "OC=8").Source())
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) < 10000 {
			declared(source)
		}
	})
}
