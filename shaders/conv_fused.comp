// A depthwise convolution and the grouped 1×1 convolution behind it. A work group
// computes output channels of one group for a tile of ROWS rows of STRIPS vec4s, of
// which there are ACROSS in a row: first the depthwise results into shared memory,
// then from there the products, OC output channels by PX vec4s of pixels at a time.
// What work groups beyond the SLABS of the convolutions do is a pool BESIDE them, of
// other operands, in the same tiles of the output. With UNIT there is another pointwise
// convolution before: of what a tile's windows need, UNIT vec4s a row, it is done into
// shared memory first. Weights: those of conv_pointwise.comp, then from depthwise0 on
// those of conv_depthwise.comp, then from expand0 on those of the first convolution, in
// tiles of channels that read the same group of the input; where1 has for each tile
// that group, and where its channels go, -1 for nowhere.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
#ifdef BESIDE
	POOLED
	int each; // planes that a work group pools
	int slabs;
#endif
#ifdef UNIT
	int groups1; // of the first convolution
	int inputs1; // input channels of one of them
	int tiles1;  // that a work group computes
	int tileWeights1; // vec4s
	int expand0;
	int where1;
	float low1;  // parameters of the function EXPANDED
	float high1;
#endif
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
#ifdef MIDDLE_IN_MAPS
	int middle0; // where they begin in the arena
#endif
};

#ifdef EXACT
#define INSIDE(channel) true
#else
#define INSIDE(channel) (channel) < outputs
#endif
// The products of U input channels are summed up before a sum is taken up: see
// conv_pointwise.comp.
#if defined(HALF_ARITHMETIC) && U > 1 || defined(SOFTWARE)
#define AT_ONCE 1
#else
#define AT_ONCE 0
#endif
#define CELLS (ROWS * STRIPS) // vec4s of pixels in a tile
#define SHARE ((CELLS + PX - 1) / PX)

#ifdef BESIDE
#define HERE (slab < slabs) // a phase ends where all pass
#else
#define HERE true
#endif

#ifdef UNIT
vec4 input4(int at) {
	return READ(at);
}

// The depthwise convolution reads what the first has left in shared memory.
#undef READ
#define READ(at) HELD((at) >> 2)
#define PITCH (UNIT * 4)
#define UNIT_CELLS (((ROWS - 1) * SY + KH) * UNIT)
#define SKIP ((4 - LEFT % 4) % 4) // see strip.glsl
#define PLANE(c) (4 * ((c) * UNIT_CELLS - top1 * UNIT - left1))
#define MIDDLE (inputs * UNIT_CELLS)
#else
#define PLANE(c) FROM(slab * inputs + (c))
#define MIDDLE 0
#endif

void main() {
	BEGIN_PHASES
	int lane = int(gl_LocalInvocationID.x);
	int slab = int(gl_WorkGroupID.y); // sample · groups + group
	int item = quotient(slab, groups); // of the batch
	int group = slab - item * groups;
	int band = int(gl_WorkGroupID.x / uint(ACROSS));
	int first = band * ROWS;
	int left = (int(gl_WorkGroupID.x) - band * ACROSS) * (STRIPS * 4);
	int tile0 = int(gl_WorkGroupID.z) * share;

#ifdef UNIT
	int top1 = first * SY - top; // the first row that is needed, and vec4 of it
	int left1 = ACROSS == 1 ? 0 : (left * SX - LEFT - SKIP) / 4;
	// loop expand
	for (int i = lane; HERE && i < tiles1 * UNIT_CELLS; i += LX) {
		int tile = quotient(i, UNIT_CELLS);
		int cell = i - tile * UNIT_CELLS;
		int line = quotient(cell, UNIT);
		int y = top1 + line;
		int x = (left1 + cell - line * UNIT) * 4;
		if (y < 0 || y >= height || x < 0 || x >= width) {
			continue;
		}
		tile += group * tiles1;
		int at = where1 + tile * (OC + 1);
		int plane = (item * groups1 + INDEX(at)) * inputs1;
		int w = expand0 + tile * tileWeights1;
		vec4 sum[OC];
		for (int q = 0; q < Q; q++) {
			vec4 b = weight(w + inputs1 * QS + q);
			for (int j = 0; j < 4; j++) {
				sum[4 * q + j] = vec4(b[j]);
			}
		}
		// loop expanded in expand
		for (int c = 0; c < inputs1; c++) {
			vec4 v = input4(FROM(plane + c) + y * from.w + x);
			PLACE first = place(w);
			for (int q = 0; q < Q; q++) {
				vec4 f = AFTER(first, q);
				for (int j = 0; j < 4; j++) {
					sum[4 * q + j] += f[j] * v;
				}
			}
			w += QS;
		}
		// unroll
		for (int o = 0; o < OC; o++) {
			int c = INDEX(at + 1 + o);
			if (c >= 0) {
				vec4 v = sum[o];
#ifdef EXPANDED
				v = function(EXPANDED, v, low1, high1);
#endif
				HOLD(c * UNIT_CELLS + cell, v);
			}
		}
	}
	NEXT_PHASE
#endif

	// loop depthwise
	for (int i = lane; HERE && i < inputs * STRIPS; i += LX) {
		int c = quotient(i, STRIPS);
		int x = i - c * STRIPS;
		begin(PLANE(c), first, left + x * 4, depthwise0 + (group * inputs + c) * TAPS);
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
			HOLD(MIDDLE + (c * ROWS + y) * STRIPS + x, v);
		}
	}
	NEXT_PHASE

	// loop pointwise
	for (int i = lane; HERE && i < min(share, tiles - tile0) * SHARE; i += LX) {
		int tile = quotient(i, SHARE);
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
		// loop inputs in pointwise
		for (int c = 0; c < inputs; c += U) {
			PLACE first = place(w);
#if AT_ONCE
			TERM x[U * PX];
			for (int u = 0; u < U; u++) {
				for (int p = 0; p < PX; p++) {
					x[u * PX + p] = HELD(MIDDLE + (c + u) * CELLS + (PX > 1 ? min(cell[p], CELLS - 1) : cell[p]));
				}
			}
#ifdef HALF_ARITHMETIC
			for (int q = 0; q < Q; q++) {
				TERM part[4 * PX];
				for (int u = 0; u < U; u++) {
					TERM f = FACTORS(u, q);
					for (int p = 0; p < PX; p++) {
						for (int j = 0; j < 4; j++) {
							part[j * PX + p] = u == 0 ? f[j] * x[u * PX + p] : part[j * PX + p] + f[j] * x[u * PX + p];
						}
					}
				}
				for (int k = 0; k < 4 * PX; k++) {
					sum[4 * q * PX + k] += part[k];
				}
			}
#else
			// unroll
			for (int q = 0; q < Q; q++) {
				vec4 f[U];
				for (int u = 0; u < U; u++) {
					f[u] = FACTORS(u, q);
				}
				for (int j = 0; j < 4; j++) {
					for (int p = 0; p < PX; p++) {
						vec4 part = f[0][j] * x[p];
						for (int u = 1; u < U; u++) {
							part += f[u][j] * x[u * PX + p];
						}
						sum[(4 * q + j) * PX + p] += part;
					}
				}
			}
#endif
#else
			for (int u = 0; u < U; u++) {
				vec4 x[PX];
				for (int p = 0; p < PX; p++) {
					x[p] = HELD(MIDDLE + (c + u) * CELLS + (PX > 1 ? min(cell[p], CELLS - 1) : cell[p]));
				}
				for (int q = 0; q < Q; q++) {
					vec4 f = FACTORS(u, q);
					for (int p = 0; p < PX; p++) {
						for (int j = 0; j < 4; j++) {
							sum[(4 * q + j) * PX + p] += f[j] * x[p];
						}
					}
				}
			}
#endif
			w += U * QS;
		}
		int plane = slab * outputs + tile * OC;
		// unroll
		for (int o = 0; o < OC; o++) {
			for (int p = 0; p < PX; p++) {
				int line = quotient(cell[p], STRIPS);
				int y = first + line;
				int x = left + (cell[p] - line * STRIPS) * 4;
				if (INSIDE(tile * OC + o) && y < outHeight && (ACROSS == 1 || x < outWidth) && (p == 0 || cell[p] < CELLS)) {
					store4(TO(plane + o) + y * to.w + x, OTHER(plane + o) + y * added.w + x, sum[o * PX + p]);
				}
			}
		}
	}
#ifdef BESIDE
	int plane0 = ((slab - slabs) * int(gl_NumWorkGroups.z) + int(gl_WorkGroupID.z)) * each;
	// loop beside
	for (int i = lane; !HERE && i < min(each, planes2 - plane0) * CELLS; i += LX) {
		int plane = quotient(i, CELLS);
		int cell = i - plane * CELLS;
		int line = quotient(cell, STRIPS);
		int y = first + line;
		int x = left + (cell - line * STRIPS) * 4;
		if (y < outHeight && x < outWidth) {
			poolBeside(plane0 + plane, y, x);
		}
	}
#endif
}
