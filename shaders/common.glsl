// What every kernel shares: the buffers, how operands are addressed, and the
// epilogue  result = activation(result + added).

// Maps are read and written as SCALAR floats, or as vec4 of four pixels that
// follow each other in a plane.
#ifdef SCALAR
#define VEC float
#define LANES 1
#else
#define VEC vec4
#define LANES 4
#endif

layout(std430, binding = 0) readonly buffer Source { VEC source[]; };
layout(std430, binding = 1) writeonly buffer Target { VEC target[]; };
layout(std430, binding = 2) readonly buffer Weights { vec4 weights[]; };
layout(std430, binding = 3) readonly buffer Index { int index[]; };

// An operand's planes lie at base + plane·stride (x, y), or where the index table
// at z says if z is not negative. Rows are w apart. All count floats.
#define OPERANDS ivec4 from; ivec4 to; ivec4 added; vec4 limits;

int planeOf(ivec4 view, int plane) {
	return view.z < 0 ? view.x + plane * view.y : index[view.z + plane];
}
