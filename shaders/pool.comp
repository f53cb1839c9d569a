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

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y);
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= outWidth || y >= outHeight || plane >= planes) {
		return;
	}
	store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, pooled(FROM(plane), y, x));
}
