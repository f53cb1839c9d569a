// Convolution with any kernel, stride, dilation, padding and groups. One
// invocation computes OC output channels of one group at four pixels of a row.
// Weights: for each tile of OC channels the bias, then OC factors for each input
// channel, kernel row and kernel column.

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
	int tiles;   // of OC output channels, in one group
	int groups;
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
};

#define Q (OC / 4)

void main() {
	int strips = (outWidth + 3) / 4;
	int strip = int(gl_GlobalInvocationID.x);
	int tile = int(gl_GlobalInvocationID.y);
	int slab = int(gl_GlobalInvocationID.z); // sample · groups + group
	if (strip >= strips * outHeight || tile >= tiles) {
		return;
	}
	int y = strip / strips;
	int x = strip % strips * 4;
	int w = (slab % groups * tiles + tile) * (inputs * kernelHeight * kernelWidth + 1) * Q;

	vec4 sum[4 * Q];
	for (int q = 0; q < Q; q++) {
		vec4 b = weight(w + q);
		for (int i = 0; i < 4; i++) {
			sum[q * 4 + i] = b;
		}
	}
	w += Q;
	for (int c = 0; c < inputs; c++) {
		int base = FROM(slab * inputs + c);
		for (int ky = 0; ky < kernelHeight; ky++) {
			int iy = y * strideY - top + ky * dilationY;
			if (iy < 0 || iy >= height) {
				w += kernelWidth * Q;
				continue;
			}
			int row = base + iy * from.w;
			int ix = x * strideX - left;
			for (int kx = 0; kx < kernelWidth; kx++) {
				float v[4];
				for (int i = 0; i < 4; i++) {
					int at = ix + i * strideX;
					v[i] = at >= 0 && at < width ? source[row + at] : 0.0;
				}
				for (int q = 0; q < Q; q++) {
					vec4 f = weight(w + q);
					for (int i = 0; i < 4; i++) {
						sum[q * 4 + i] += f * v[i];
					}
				}
				ix += dilationX;
				w += Q;
			}
		}
	}

	for (int o = 0; o < OC; o++) {
		if (tile * OC + o >= outputs) {
			break;
		}
		int plane = slab * outputs + tile * OC + o;
		int s = o / 4 * 4;
		vec4 v = vec4(sum[s][o % 4], sum[s + 1][o % 4], sum[s + 2][o % 4], sum[s + 3][o % 4]);
		storeRow(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, v, outWidth - x);
	}
}
