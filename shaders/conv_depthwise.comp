// Depthwise convolution, a KH×KW kernel for each channel. One invocation computes
// four output pixels of a row of one plane. The channel's plane is looked up: behind
// a shuffle it is another one. Weights: for each channel the bias, then KH·KW
// factors, padded to whole vec4.

layout(local_size_x = LX, local_size_y = LY, local_size_z = LZ) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int left;
	int channels;
	int planes; // channels of all samples
};

#define STRIP (3 * SX + (KW - 1) * DX + 1)
#define WEIGHTS ((KH * KW + 4) / 4)

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y);
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= outWidth || y >= outHeight || plane >= planes) {
		return;
	}
	int w = plane % channels * WEIGHTS;
	vec4 taps[WEIGHTS];
	for (int i = 0; i < WEIGHTS; i++) {
		taps[i] = weight(w + i);
	}

	float sum[4];
	for (int i = 0; i < 4; i++) {
		sum[i] = taps[0].x;
	}
	int base = FROM(plane);
	int left0 = x * SX - left;
	for (int ky = 0; ky < KH; ky++) {
		int iy = y * SY - top + ky * DY;
		if (iy < 0 || iy >= height) {
			continue;
		}
		float strip[STRIP];
		for (int i = 0; i < STRIP; i++) {
			int ix = left0 + i;
			strip[i] = ix >= 0 && ix < width ? source[base + iy * from.w + ix] : 0.0;
		}
		for (int kx = 0; kx < KW; kx++) {
			int k = ky * KW + kx + 1;
			float f = taps[k / 4][k % 4];
			for (int i = 0; i < 4; i++) {
				sum[i] += f * strip[i * SX + kx * DX];
			}
		}
	}

	storeRow(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, vec4(sum[0], sum[1], sum[2], sum[3]), outWidth - x);
}
