// A copy, or with BINARY a function of two tensors; then the function BEFORE, and
// the epilogue. One invocation handles four elements of a row of one plane. An
// operand's element may stand for its row (FROM_STANDS, SECOND_STANDS); that of a
// copy may have a place of its own (FROM_SINGLE). Planes that lie alike everywhere
// are one row.

layout(local_size_x = LX, local_size_y = LY, local_size_z = LZ) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 second; // the other operand
	vec4 before;  // parameters of the function BEFORE
	int height;
	int width;
	int planes;
};

#ifdef SECOND_TABLE
#define SECOND(plane) INDEX(second.z + (plane))
#else
#define SECOND(plane) (second.x + (plane) * second.y)
#endif

// The functions of network.BinaryFn. kind is known when the shader is compiled.
vec4 binary(int kind, vec4 a, vec4 b) {
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
	return max(a, vec4(0.0)) + b * min(a, vec4(0.0)); // PReLU
}

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y);
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= width || y >= height || plane >= planes) {
		return;
	}
#if defined(FROM_SINGLE)
	int row = (plane * height + y) * width;
	ivec4 i = row + min(x + ivec4(0, 1, 2, 3), width - 1);
	vec4 v = vec4(load(FROM(i.x)), load(FROM(i.y)), load(FROM(i.z)), load(FROM(i.w)));
#elif defined(FROM_STANDS)
	vec4 v = vec4(load(FROM(plane) + y * from.w));
#else
	vec4 v = READ(FROM(plane) + y * from.w + x);
#endif
#ifdef BINARY
#if defined(SECOND_STANDS)
	vec4 u = vec4(load(SECOND(plane) + y * second.w));
#elif defined(SECOND_LOOSE)
	vec4 u = loadLoose(SECOND(plane) + y * second.w + x);
#else
	vec4 u = load4(SECOND(plane) + y * second.w + x);
#endif
	v = binary(BINARY, v, u);
#endif
#ifdef BEFORE
	v = function(BEFORE, v, before.x, before.y);
#endif
	store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, v);
}
