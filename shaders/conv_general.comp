// Convolution with any kernel, stride, dilation, padding and groups. One
// invocation computes four output channels of one group at PX pixels of a row.
// Weights: for each tile of four channels the bias, then a vec4 for each input
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
	int tiles;   // of four output channels, in one group
	int groups;
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
};

void main() {
	int strips = (outWidth + PX - 1) / PX;
	int strip = int(gl_GlobalInvocationID.x);
	int tile = int(gl_GlobalInvocationID.y);
	int slab = int(gl_GlobalInvocationID.z); // sample · groups + group
	if (strip >= strips * outHeight || tile >= tiles) {
		return;
	}
	int y = strip / strips;
	int x = strip % strips * PX;
	int w = (slab % groups * tiles + tile) * (inputs * kernelHeight * kernelWidth + 1);

	vec4 sum[PX];
	for (int i = 0; i < PX; i++) {
		sum[i] = weight(w);
	}
	w++;
	for (int c = 0; c < inputs; c++) {
		int base = FROM(slab * inputs + c);
		for (int ky = 0; ky < kernelHeight; ky++) {
			int iy = y * strideY - top + ky * dilationY;
			if (iy < 0 || iy >= height) {
				w += kernelWidth;
				continue;
			}
			int row = base + iy * from.w;
			int ix = x * strideX - left;
			for (int kx = 0; kx < kernelWidth; kx++) {
				vec4 f = weight(w);
				for (int i = 0; i < PX; i++) {
					int at = ix + i * strideX;
					float v = at >= 0 && at < width ? source[row + at] : 0.0;
					sum[i] += f * v;
				}
				ix += dilationX;
				w++;
			}
		}
	}

	for (int o = 0; o < 4; o++) {
		if (tile * 4 + o >= outputs) {
			break;
		}
		int plane = slab * outputs + tile * 4 + o;
		int at = TO(plane) + y * to.w + x;
		int other = OTHER(plane) + y * added.w + x;
		for (int i = 0; i < PX; i++) {
			if (x + i < outWidth) {
				store(at + i, other + i, sum[i][o]);
			}
		}
	}
}
