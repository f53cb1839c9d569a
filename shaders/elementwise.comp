// A copy, or with BINARY a function of two tensors; then the function BEFORE, and
// the epilogue. One invocation handles LANES elements. FLAT operands are planes
// of the same pixels in the same order, or one pixel for the whole plane
// (FIRST_STANDS, SECOND_STANDS); others are matched element by element.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 second;   // the other operand
	vec4 before;    // parameters of the function BEFORE
	ivec4 sizes;    // height and width of the planes of from, then of second
	ivec4 outSizes; // height and width of the planes of to, then of added
	int columnStride; // of from: 1, or 0 where an element stands for its row
	int secondColumnStride;
	int count;      // vectors of LANES pixels in a plane if FLAT, else elements
};

#ifdef SECOND_TABLE
#define SECOND(plane) index[second.z + (plane)]
#else
#define SECOND(plane) (second.x + (plane) * second.y)
#endif

// One element at a float offset, for all lanes.
VEC standing(int at) {
#ifdef SCALAR
	return source[at];
#else
	return VEC(source[at / LANES][at % LANES]);
#endif
}

// The functions of network.BinaryFn. kind is known when the shader is compiled.
VEC binary(int kind, VEC a, VEC b) {
	switch (kind) {
	case 0:
		return a + b;
	case 1:
		return a - b;
	case 2:
		return a * b;
	case 3:
		return a / b;
	case 4:
		return max(a, b);
	case 5:
		return min(a, b);
	}
	return max(a, VEC(0.0)) + b * min(a, VEC(0.0)); // PReLU
}

void main() {
	int i = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	if (i >= count) {
		return;
	}
#ifdef FLAT
	int plane = int(gl_GlobalInvocationID.z);
	i *= LANES;
	int at = TO(plane) + i;
	int other = OTHER(plane) + i;
#ifdef FIRST_STANDS
	VEC v = standing(FROM(plane));
#else
	VEC v = source[(FROM(plane) + i) / LANES];
#endif
#ifdef SECOND_STANDS
	VEC u = standing(SECOND(plane));
#else
	VEC u = source[(SECOND(plane) + i) / LANES];
#endif
#else
	int at = locate(to, outSizes.x, outSizes.y, 1, i);
	int other = locate(added, outSizes.z, outSizes.w, 1, i);
	VEC v = source[locate(from, sizes.x, sizes.y, columnStride, i)];
	VEC u = source[locate(second, sizes.z, sizes.w, secondColumnStride, i)];
#endif
#ifdef BINARY
	v = binary(BINARY, v, u);
#endif
#ifdef BEFORE
	v = function(BEFORE, v, before.x, before.y);
#endif
	store(at, other, v);
}
