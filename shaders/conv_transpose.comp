// Transposed convolution. One invocation computes four output channels of one
// group at four pixels of a row, from the input pixels whose kernels reach them.
// Weights: for each tile of four channels a vec4 for each input channel, kernel row
// and kernel column, then the bias.

layout(local_size_x = LX, local_size_y = LY) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int left;
	int kernelHeight;
	int kernelWidth;
	int strideY;
	int strideX;
	int dilationY;
	int dilationX;
	int tiles;   // of four output channels, in one group
	int groups;
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
	int tileWeights; // vec4s
};

void main() {
	int strips = (outWidth + 3) / 4;
	int strip = int(gl_GlobalInvocationID.x);
	int tile = int(gl_GlobalInvocationID.y);
	int slab = int(gl_GlobalInvocationID.z); // sample · groups + group
	if (strip >= outHeight * strips || tile >= tiles) {
		return;
	}
	int y = strip / strips;
	int x = strip % strips * 4;
	int taps = kernelHeight * kernelWidth;
	int w = (slab % groups * tiles + tile) * tileWeights;

	vec4 sum[4]; // of each pixel, the channels
	vec4 bias = weight(w + inputs * taps);
	for (int i = 0; i < 4; i++) {
		sum[i] = bias;
	}
	for (int ky = 0; ky < kernelHeight; ky++) {
		int ty = y + top - ky * dilationY;
		int iy = ty / strideY;
		if (ty < 0 || iy * strideY != ty || iy >= height) {
			continue;
		}
		for (int kx = 0; kx < kernelWidth; kx++) {
			ivec4 tx = x + ivec4(0, 1, 2, 3) + left - kx * dilationX;
			ivec4 ix = tx / strideX;
			bool hit[4];
			for (int i = 0; i < 4; i++) {
				hit[i] = tx[i] >= 0 && ix[i] * strideX == tx[i] && ix[i] < width;
			}
			int tap = w + ky * kernelWidth + kx;
			for (int c = 0; c < inputs; c++) {
				vec4 f = weight(tap + c * taps);
				int row = FROM(slab * inputs + c) + iy * from.w;
				for (int i = 0; i < 4; i++) {
					if (hit[i]) {
						sum[i] += f * load(row + ix[i]);
					}
				}
			}
		}
	}

	for (int o = 0; o < 4; o++) {
		if (tile * 4 + o < outputs) {
			int plane = slab * outputs + tile * 4 + o;
			store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, vec4(sum[0][o], sum[1][o], sum[2][o], sum[3][o]));
		}
	}
}
