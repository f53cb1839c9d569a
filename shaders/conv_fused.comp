// A depthwise convolution and the grouped 1×1 convolution behind it. A work group
// computes all output channels of one group for a band of rows: first the
// depthwise results into shared memory, then from there the products, OC output
// channels by four pixels of a row at a time. Weights: those of
// conv_pointwise.comp, then from depthwise on those of conv_depthwise.comp.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int left;
	int groups;
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
	int tiles;   // of OC output channels, in one group
	int rows;    // of a band
	int strips;  // of four pixels, in a row
	int depthwise;
	float low;   // parameters of the function BETWEEN
	float high;
};

#define Q (OC / 4)
#define STRIP (3 * SX + (KW - 1) * DX + 1)
#define TAPS ((KH * KW + 4) / 4)

shared vec4 middle[1024];

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int slab = int(gl_WorkGroupID.y); // sample · groups + group
	int group = slab % groups;
	int first = int(gl_WorkGroupID.x) * rows;
	int cells = min(rows, outHeight - first) * strips;

	for (int i = lane; i < inputs * cells; i += LX) {
		int c = i / cells;
		int cell = i - c * cells;
		int y = first + cell / strips;
		int x = cell % strips * 4;
		vec4 taps[TAPS];
		for (int t = 0; t < TAPS; t++) {
			taps[t] = weight(depthwise + (group * inputs + c) * TAPS + t);
		}
		vec4 sum = vec4(taps[0].x);
		int base = FROM(slab * inputs + c);
		int left0 = x * SX - left;
		for (int ky = 0; ky < KH; ky++) {
			int iy = y * SY - top + ky * DY;
			if (iy < 0 || iy >= height) {
				continue;
			}
			float strip[STRIP];
			for (int s = 0; s < STRIP; s++) {
				int ix = left0 + s;
				strip[s] = ix >= 0 && ix < width ? source[base + iy * from.w + ix] : 0.0;
			}
			for (int kx = 0; kx < KW; kx++) {
				int k = ky * KW + kx + 1;
				float f = taps[k / 4][k % 4];
				sum += f * vec4(strip[kx * DX], strip[SX + kx * DX], strip[2 * SX + kx * DX], strip[3 * SX + kx * DX]);
			}
		}
#ifdef BETWEEN
		sum = vec4(function(BETWEEN, sum.x, low, high), function(BETWEEN, sum.y, low, high),
			function(BETWEEN, sum.z, low, high), function(BETWEEN, sum.w, low, high));
#endif
		middle[c * cells + cell] = sum;
	}
	barrier();

	for (int i = lane; i < tiles * cells; i += LX) {
		int tile = i / cells;
		int cell = i - tile * cells;
		int w = (group * tiles + tile) * (inputs + 1) * Q;
		vec4 sum[OC];
		for (int q = 0; q < Q; q++) {
			vec4 b = weight(w + q);
			sum[4 * q] = vec4(b.x);
			sum[4 * q + 1] = vec4(b.y);
			sum[4 * q + 2] = vec4(b.z);
			sum[4 * q + 3] = vec4(b.w);
		}
		for (int c = 0; c < inputs; c++) {
			w += Q;
			vec4 x = middle[c * cells + cell];
			for (int q = 0; q < Q; q++) {
				vec4 f = weight(w + q);
				sum[4 * q] += f.x * x;
				sum[4 * q + 1] += f.y * x;
				sum[4 * q + 2] += f.z * x;
				sum[4 * q + 3] += f.w * x;
			}
		}
		int y = first + cell / strips;
		int x = cell % strips * 4;
		int plane = slab * outputs + tile * OC;
		for (int o = 0; o < OC; o++) {
#ifndef EXACT
			if (tile * OC + o >= outputs) {
				break;
			}
#endif
			storeRow(TO(plane + o) + y * to.w + x, OTHER(plane + o) + y * added.w + x, sum[o], outWidth - x);
		}
	}
}
