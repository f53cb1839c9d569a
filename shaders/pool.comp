// Pooling over a window. One invocation computes one pixel.

layout(local_size_x = LX, local_size_y = LY, local_size_z = LZ) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int left;
	int bottom;
	int right;
	int kernelHeight;
	int kernelWidth;
	int strideY;
	int strideX;
	int dilationY;
	int dilationX;
	int countPadding;
	int planes; // channels of all samples
};

#ifdef AVERAGE
#define EMPTY 0.0
#define COMBINE(a, b) ((a) + (b))
#else
#define EMPTY -3.402823466e38
#define COMBINE(a, b) max(a, b)
#endif

void main() {
	int x = int(gl_GlobalInvocationID.x);
	int y = int(gl_GlobalInvocationID.y);
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= outWidth || y >= outHeight || plane >= planes) {
		return;
	}
	int base = FROM(plane);
	float result = EMPTY;
	int count = 0;
	for (int ky = 0; ky < kernelHeight; ky++) {
		int iy = y * strideY - top + ky * dilationY;
		for (int kx = 0; kx < kernelWidth; kx++) {
			int ix = x * strideX - left + kx * dilationX;
			bool inside = iy >= 0 && iy < height && ix >= 0 && ix < width;
			bool padding = countPadding != 0 && iy < height + bottom && ix < width + right;
			if (inside) {
				result = COMBINE(result, source[base + iy * from.w + ix]);
			}
			count += inside || padding ? 1 : 0;
		}
	}
#ifdef AVERAGE
	result /= float(max(count, 1));
#endif
	store(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, result);
}
