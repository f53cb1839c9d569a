// A copy, or with SUM the sum of two tensors; an activation is in the epilogue.
// One invocation handles LANES elements. FLAT operands are planes of the same
// pixels in the same order; others are matched element by element.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 second; // the other operand of a sum
	vec4 before;  // parameters of the function BEFORE
	ivec4 sizes;  // height and width of the planes of from, then of second
	ivec4 outSizes; // height and width of the planes of to, then of added
	int count;    // vectors of LANES pixels in a plane if FLAT, else elements
};

void main() {
	int i = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	if (i >= count) {
		return;
	}
#ifdef FLAT
	int plane = int(gl_GlobalInvocationID.z);
	i *= LANES;
	int a = planeOf(from, plane) + i;
	int at = planeOf(to, plane) + i;
	int other = planeOf(added, plane) + i;
#else
	int a = locate(from, sizes.x, sizes.y, i);
	int at = locate(to, outSizes.x, outSizes.y, i);
	int other = locate(added, outSizes.z, outSizes.w, i);
#endif
	VEC v = source[a / LANES];
#ifdef SUM
#ifdef FLAT
	v += source[(planeOf(second, plane) + i) / LANES];
#else
	v += source[locate(second, sizes.z, sizes.w, i) / LANES];
#endif
#endif
#ifdef BEFORE
	v = function(BEFORE, v, before.x, before.y);
#endif
	store(at, other, v);
}
