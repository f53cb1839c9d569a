// A depthwise convolution and the grouped 1×1 convolution behind it. A work group
// computes output channels of one group for a band of ROWS rows of STRIPS vec4s:
// first the depthwise results into shared memory, then from there the products, OC
// output channels by PX vec4s of pixels at a time. Weights: those of
// conv_pointwise.comp, then from depthwise0 on those of conv_depthwise.comp.

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
	int share;   // tiles that a work group computes
	int depthwise0;
	float low;   // parameters of the function BETWEEN
	float high;
};

#ifdef EXACT
#define INSIDE(channel) true
#else
#define INSIDE(channel) (channel) < outputs
#endif
#define CELLS (ROWS * STRIPS) // vec4s of pixels in a band
#define SHARE ((CELLS + PX - 1) / PX)

shared vec4 middle[1024];

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int slab = int(gl_WorkGroupID.y); // sample · groups + group
	int group = slab % groups;
	int first = int(gl_WorkGroupID.x) * ROWS;
	int tile0 = int(gl_WorkGroupID.z) * share;

	for (int i = lane; i < inputs * STRIPS; i += LX) {
		int c = i / STRIPS;
		int x = i - c * STRIPS;
		begin(FROM(slab * inputs + c), first, x * 4, depthwise0 + (group * inputs + c) * TAPS);
#ifdef SPARING // written out, the rows take many registers; here their number is not known
		int end = min(first + ROWS, outHeight);
		for (int y = 0; first + y < end; y++) {
#else
		for (int y = 0; y < ROWS; y++) {
#endif
			vec4 v = next();
#ifdef BETWEEN
			v = function(BETWEEN, v, low, high);
#endif
			middle[(c * ROWS + y) * STRIPS + x] = v;
		}
	}
	barrier();

	for (int i = lane; i < min(share, tiles - tile0) * SHARE; i += LX) {
		int tile = i / SHARE;
		int cell[PX];
		for (int p = 0; p < PX; p++) {
			cell[p] = i - tile * SHARE + p * SHARE;
		}
		tile += tile0;
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
					x[p] = middle[(c + u) * CELLS + (PX > 1 ? min(cell[p], CELLS - 1) : cell[p])];
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
		// unroll
		for (int o = 0; o < OC; o++) {
			for (int p = 0; p < PX; p++) {
				int y = first + cell[p] / STRIPS;
				int x = cell[p] % STRIPS * 4;
				if (INSIDE(tile * OC + o) && y < outHeight && (p == 0 || cell[p] < CELLS)) {
					store4(TO(plane + o) + y * to.w + x, OTHER(plane + o) + y * added.w + x, sum[o * PX + p]);
				}
			}
		}
	}
}
