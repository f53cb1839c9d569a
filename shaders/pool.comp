// Pooling over a window. One invocation computes four output pixels of a row of
// one plane.

layout(local_size_x = LX, local_size_y = LY, local_size_z = LZ) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 counted; // the rows from x to y and columns from z to w count in averages
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int planes; // channels of all samples
};

#ifdef AVERAGE
#define OUTSIDE 0.0
#define COMBINE(a, b) ((a) + (b))
#else
#define OUTSIDE -3.402823466e38
#define COMBINE(a, b) max(a, b)
#endif

// How many of first, first + step, ... are below end, of so many.
ivec4 below(int end, ivec4 first, int step, int count) {
	return min((max(end - first, 0) + step - 1) / step, count);
}

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y);
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= outWidth || y >= outHeight || plane >= planes) {
		return;
	}
	int base = FROM(plane);
	vec4 result = vec4(OUTSIDE);
	aim(x);
	for (int ky = 0; ky < KH; ky++) {
		int iy = y * SY - top + ky * DY;
		if (iy < 0 || iy >= height) {
			continue;
		}
		Strip strip;
		fetch(base + iy * from.w, strip);
		for (int kx = 0; kx < KW; kx++) {
			result = COMBINE(result, UNDER(strip, kx));
		}
	}
#ifdef AVERAGE
	ivec4 row = ivec4(y * SY - top);
	ivec4 column = (x + ivec4(0, 1, 2, 3)) * SX - LEFT;
	ivec4 rows = below(counted.y, row, DY, KH) - below(counted.x, row, DY, KH);
	ivec4 columns = below(counted.w, column, DX, KW) - below(counted.z, column, DX, KW);
	result /= vec4(max(rows * columns, 1));
#endif
	store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, result);
}
