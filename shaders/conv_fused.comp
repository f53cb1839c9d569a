// A depthwise convolution and the grouped 1×1 convolution behind it. A work group
// computes all output channels of one group for a band of rows: first the
// depthwise results into shared memory, then from there the products, OC output
// channels by PX vec4s of pixels at a time. Weights: those of conv_pointwise.comp,
// then from depthwise0 on those of conv_depthwise.comp.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top; // padding
	int groups;
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
	int tiles;   // of OC output channels, in one group
	int tileWeights; // vec4s
	int rows;    // of a band
	int strips;  // vec4s of pixels in a row
	int depthwise0;
	float low;   // parameters of the function BETWEEN
	float high;
};

#define Q (OC / 4)

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
		vec4 sum = depthwise(FROM(slab * inputs + c), first + cell / strips, cell % strips * 4,
			depthwise0 + (group * inputs + c) * TAPS);
#ifdef BETWEEN
		sum = function(BETWEEN, sum, low, high);
#endif
		middle[i] = sum;
	}
	barrier();

	int share = (cells + PX - 1) / PX;
	for (int i = lane; i < tiles * share; i += LX) {
		int tile = i / share;
		int cell[PX];
		for (int p = 0; p < PX; p++) {
			cell[p] = i - tile * share + p * share;
		}
		int w = (group * tiles + tile) * tileWeights;
		vec4 sum[OC * PX];
		for (int q = 0; q < Q; q++) {
			vec4 b = weight(w + inputs * QS + q);
			for (int p = 0; p < PX; p++) {
				for (int j = 0; j < 4; j++) {
					sum[(4 * q + j) * PX + p] = vec4(b[j]);
				}
			}
		}
		for (int c = 0; c < inputs; c += U) {
			PLACE first = place(w);
			for (int u = 0; u < U; u++) {
				vec4 x[PX];
				for (int p = 0; p < PX; p++) {
					x[p] = middle[(c + u) * cells + min(cell[p], cells - 1)];
				}
				for (int q = 0; q < Q; q++) {
					vec4 f = AFTER(first, u * QS + q);
					for (int p = 0; p < PX; p++) {
						for (int j = 0; j < 4; j++) {
							sum[(4 * q + j) * PX + p] += f[j] * x[p];
						}
					}
				}
			}
			w += U * QS;
		}
		int plane = slab * outputs + tile * OC;
		for (int o = 0; o < OC; o++) {
#ifndef EXACT
			if (tile * OC + o >= outputs) {
				break;
			}
#endif
			for (int p = 0; p < PX; p++) {
				if (p == 0 || cell[p] < cells) {
					int y = first + cell[p] / strips;
					int x = cell[p] % strips * 4;
					store4(TO(plane + o) + y * to.w + x, OTHER(plane + o) + y * added.w + x, sum[o * PX + p]);
				}
			}
		}
	}
}
