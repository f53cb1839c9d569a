// Depthwise convolution, a KH×KW kernel for each channel. One invocation computes
// four output pixels of PX rows of one plane. The channel's plane is looked up:
// behind a shuffle it is another one. Weights: for each channel the bias, then KH·KW
// factors, padded to whole vec4.

layout(local_size_x = LX, local_size_y = LY, local_size_z = LZ) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int channels;
	int planes; // channels of all samples
};

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y) * PX;
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= outWidth || y >= outHeight || plane >= planes) {
		return;
	}
	int end = min(y + PX, outHeight);
	int at = TO(plane) + x;
	int other = OTHER(plane) + x;
	begin(FROM(plane), y, x, plane % channels * TAPS);
	// loop rows
	for (; y < end; y++) {
		store4(at + y * to.w, other + y * added.w, next());
	}
}
