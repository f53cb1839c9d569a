// A convolution and the pool behind it. A work group computes SHARE tiles of OC
// output channels of one group, and of them ROWS rows of STRIPS vec4s of the pool's
// output, of which there are ACROSS in a row: first those pixels of the convolution
// that the pool needs into shared memory, some of which neighbours compute too, then
// from there the pool. The convolution's window has the macros of strip.glsl, the
// pool's the same with a 2; LEFT counts the pool's left padding too. Weights: those of
// conv_general.comp.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 counted2; // see counted.glsl
	int height; // of the input
	int width;
	int middleHeight; // of the convolution's output
	int middleWidth;
	int outHeight;
	int outWidth;
	int top;  // the convolution's padding
	int top2; // the pool's
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
	int tiles;   // of OC output channels, in one group
	int tileWeights; // vec4s
	float low;   // parameters of the function BETWEEN
	float high;
#ifdef MIDDLE_IN_MAPS
	int middle0; // where they begin in the arena
#endif
};

#define MIDDLE_ROWS ((ROWS - 1) * SY2 + (KH2 - 1) * DY2 + 1)
#define MIDDLE_STRIPS (((STRIPS * 4 - 1) * SX2 + (KW2 - 1) * DX2) / 4 + 1)
#define MIDDLE (MIDDLE_ROWS * MIDDLE_STRIPS) // vec4s of a channel
#define CELLS (ROWS * STRIPS)

#ifdef AVERAGE2
#define OUTSIDE2 0.0
#define COMBINE2(a, b) ((a) + (b))
#else
#define COMBINE2(a, b) max(a, b)
#endif

// What the pool's window needs of a row of the middle map, and its pixel so many columns
// right of the first.
#define WINDOW ((3 * SX2 + (KW2 - 1) * DX2) / 4 + 1)
#define RIGHT(row, columns) row[(columns) / 4][(columns) % 4]

void main() {
	BEGIN_PHASES
	int lane = int(gl_LocalInvocationID.x);
	int slab = int(gl_WorkGroupID.y); // sample · groups + group
	int band = int(gl_WorkGroupID.x / uint(ACROSS));
	int first = band * ROWS;
	int left = (int(gl_WorkGroupID.x) - band * ACROSS) * (STRIPS * 4);
	int tile0 = int(gl_WorkGroupID.z) * SHARE;
	int count = SHARE == 1 ? 1 : min(SHARE, tiles - tile0);

	// loop first
	for (int i = lane; i < count * MIDDLE; i += LX) {
		int tile = SHARE == 1 ? 0 : quotient(i, MIDDLE);
		int cell = i - tile * MIDDLE;
		int line = quotient(cell, MIDDLE_STRIPS);
		int y = first * SY2 - top2 + line;
		int x = left * SX2 + (cell - line * MIDDLE_STRIPS) * 4; // the pool's padding is to the left of 0
		int w = (slab % GROUPS * tiles + tile0 + tile) * tileWeights;
		vec4 sum[OC];
		for (int q = 0; q < Q; q++) {
			vec4 b = weight(w + inputs * KH * KW * QS + q);
			for (int j = 0; j < 4; j++) {
				sum[4 * q + j] = vec4(b[j]);
			}
		}
		int all = y >= 0 && y < middleHeight ? inputs : 0;
		aim(x);
		// loop inputs in first
		for (int c = 0; c < all; c++) {
#ifndef SPARING
			int base = FROM(slab * inputs + c);
#endif
			for (int ky = 0; ky < KH; ky++) {
				Strip strip;
				int iy = y * SY - top + ky * DY;
				bool outside = uint(iy) >= uint(height);
#ifdef SPARING // counts on and looks up again, rather than to keep what both come from
				if (outside) {
					w += KW * QS;
					continue;
				}
				fetch(FROM(slab * inputs + c) + iy * from.w, strip);
#else
				if (outside) {
					continue;
				}
				int row = w + ky * (KW * QS);
				fetch(base + iy * from.w, strip);
#endif
#if defined(SOFTWARE) && !defined(SPARING) // as in conv_general.comp
				// unroll
				for (int q = 0; q < Q; q++) {
					vec4 f[KW];
					// unroll
					for (int kx = 0; kx < KW; kx++) {
						f[kx] = AFTER(place(row + kx * QS), q);
					}
					for (int j = 0; j < 4; j++) {
						vec4 part;
						// unroll
						for (int kx = 0; kx < KW; kx++) {
							part = kx == 0 ? f[kx][j] * UNDER(strip, kx) : part + f[kx][j] * UNDER(strip, kx);
						}
						sum[4 * q + j] += part;
					}
				}
#else
				// unroll
				for (int kx = 0; kx < KW; kx++) {
#ifdef SPARING
					PLACE first = place(w);
					w += QS;
#else
					PLACE first = place(row + kx * QS);
#endif
					for (int q = 0; q < Q; q++) {
						vec4 f = AFTER(first, q);
						vec4 v = UNDER(strip, kx);
						for (int j = 0; j < 4; j++) {
							sum[4 * q + j] += f[j] * v;
						}
					}
				}
#endif
			}
#ifndef SPARING
			w += KH * KW * QS;
#endif
		}
		ivec4 columns = x - LEFT2 + ivec4(0, 1, 2, 3);
		bvec4 counts = bvec4(uvec4(greaterThanEqual(columns, ivec4(0))) & uvec4(lessThan(columns, ivec4(all > 0 ? middleWidth : 0))));
		for (int o = 0; o < OC; o++) {
			vec4 v = sum[o];
#ifdef BETWEEN
			v = function(BETWEEN, v, low, high);
#endif
			HOLD(i + (tile * (OC - 1) + o) * MIDDLE, mix(vec4(OUTSIDE2), v, counts));
		}
	}
	NEXT_PHASE

	// loop second
	for (int i = lane; i < count * (OC * CELLS); i += LX) {
		int channel = quotient(i, CELLS);
		int cell = i - channel * CELLS;
		int line = quotient(cell, STRIPS);
		int strip = cell - line * STRIPS;
		int y = first + line;
		int x = left + strip * 4;
		int plane = tile0 * OC + channel;
		if (plane >= outputs || y >= outHeight || x >= outWidth) {
			continue;
		}
		int at = channel * MIDDLE + line * SY2 * MIDDLE_STRIPS + strip * SX2;
		vec4 result = vec4(OUTSIDE2);
		for (int ky = 0; ky < KH2; ky++) {
			vec4 row[WINDOW];
			// unroll
			for (int k = 0; k < WINDOW; k++) {
				row[k] = HELD(at + k);
			}
			// unroll
			for (int kx = 0; kx < KW2; kx++) {
				result = COMBINE2(result, vec4(RIGHT(row, kx * DX2), RIGHT(row, SX2 + kx * DX2), RIGHT(row, 2 * SX2 + kx * DX2), RIGHT(row, 3 * SX2 + kx * DX2)));
			}
			at += DY2 * MIDDLE_STRIPS;
		}
#ifdef AVERAGE2
		result /= pixels2(y, x);
#endif
		plane += slab * outputs;
		store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, result);
	}
}
