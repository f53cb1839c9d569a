// Grouped 1×1 convolution. One invocation computes OC output channels of one
// group at PX vec4s of pixels, and takes U input channels at a time. Invocations follow
// each other through a plane, then through tiles and slabs, so that none is idle but
// at the very end. Weights: for
// each tile of OC channels, and each input channel of the group, OC factors; then
// the OC biases. Each OC lie in QS vec4s. Input channels are found by table behind
// a shuffle or concat. EXACT says that OC divides the group's output channels. A pool
// BESIDE the convolution, of ROWS2 rows of STRIPS2 vec4s, is shared out among all.
// SPARING has those that are too many do the last item again, as a loop that all run needs
// no register for who does.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
#ifdef BESIDE
	POOLED
#endif
	int pixels;    // vec4s of pixels in a plane
	int tiles;     // of OC output channels, in one group
	int groups;
	int inputs;    // input channels of one group
	int outputs;   // output channels of one group
	int tileWeights; // vec4s
	int units;       // invocations that share a plane
	int items;       // invocations in all
};

#ifdef EXACT
#define INSIDE(channel) true
#else
#define INSIDE(channel) (channel) < outputs
#endif
// The products of U input channels are summed up before a sum is taken up, where these are
// parts in 16 bits, and on software renderers, which keep sums in memory.
#if defined(HALF_ARITHMETIC) || defined(SOFTWARE)
#define AT_ONCE
#endif

void main() {
	int item = int(gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * LX + int(gl_LocalInvocationID.x);
#ifdef SPARING
	bool mine = item < items;
	item = min(item, items - 1);
#else
	if (item >= items) {
		return;
	}
#endif
	int tile = quotient(item, units);
	int unit = item - tile * units;
	int slab = quotient(tile, tiles); // sample · groups + group
	tile -= slab * tiles;
	int pixel[PX];
	for (int p = 0; p < PX; p++) {
		pixel[p] = unit + p * units;
	}
	int group = slab - quotient(slab, groups) * groups;
	int weights0 = (group * tiles + tile) * tileWeights;

	vec4 sum[OC * PX];
	PLACE biases = place(weights0 + inputs * QS);
	for (int q = 0; q < Q; q++) {
		vec4 b = AFTER(biases, q);
		for (int p = 0; p < PX; p++) {
			for (int i = 0; i < 4; i++) {
				sum[(4 * q + i) * PX + p] = vec4(b[i]);
			}
		}
	}

	int cell[PX]; // vec4 of a plane; of the last ones, which may be beyond it, another's
	for (int p = 0; p < PX; p++) {
		cell[p] = min(pixel[p], pixels - 1);
	}
#ifdef INDEX_VECTORS
	int row = (from.z + slab * inputs) / U;
#elif defined(FROM_TABLE)
	int row = from.z + slab * inputs;
#else
	int at[PX];
	for (int p = 0; p < PX; p++) {
		at[p] = ((from.x + slab * inputs * from.y) >> 2) + cell[p];
	}
	int apart = from.y >> 2;
#endif
	SPOT w = spot(weights0);
	// loop inputs
	for (int c = 0; c < inputs; c += U) {
		PLACE first = place(w);
#ifdef INDEX_VECTORS
		VECTOR planes = index[row] >> 2;
		row++;
#endif
#ifdef AT_ONCE
		TERM x[U * PX];
#endif
		for (int u = 0; u < U; u++) {
#ifdef INDEX_VECTORS
#define AT(p) (planes[u] + cell[p])
#elif defined(FROM_TABLE)
			int at = INDEX(row + c + u) >> 2;
#define AT(p) (at + cell[p])
#else
#define AT(p) at[p]
#endif
#ifdef AT_ONCE
#define X x[u * PX + p]
#else
#define X x[p]
			vec4 x[PX];
#endif
			for (int p = 0; p < PX; p++) {
				X = fetch4(AT(p));
#ifndef FROM_TABLE
				at[p] += apart;
#endif
			}
#if defined(AT_ONCE) && !defined(HALF_ARITHMETIC)
		}
		// unroll
		for (int q = 0; q < Q; q++) {
			vec4 f[U];
			for (int u = 0; u < U; u++) {
				f[u] = FACTORS(u, q);
			}
			for (int i = 0; i < 4; i++) {
				for (int p = 0; p < PX; p++) {
					vec4 part = f[0][i] * x[p];
					for (int u = 1; u < U; u++) {
						part += f[u][i] * X;
					}
					sum[(4 * q + i) * PX + p] += part;
				}
			}
		}
#elif defined(HALF_ARITHMETIC)
		}
		for (int q = 0; q < Q; q++) {
			TERM part[4 * PX];
			for (int u = 0; u < U; u++) {
				TERM f = FACTORS(u, q);
				for (int p = 0; p < PX; p++) {
					for (int i = 0; i < 4; i++) {
						part[i * PX + p] = u == 0 ? f[i] * X : part[i * PX + p] + f[i] * X;
					}
				}
			}
			for (int k = 0; k < 4 * PX; k++) {
				sum[4 * q * PX + k] += part[k];
			}
		}
#else
			for (int q = 0; q < Q; q++) {
				vec4 f = FACTORS(u, q);
				for (int p = 0; p < PX; p++) {
					for (int i = 0; i < 4; i++) {
						sum[(4 * q + i) * PX + p] += f[i] * x[p];
					}
				}
			}
		}
#endif
		w = further(w, U * QS);
	}

#ifdef SPARING
	if (!mine) {
		return;
	}
#endif
	int plane = slab * outputs + tile * OC;
	int to0 = TO(plane);
	int other0 = OTHER(plane);
	// unroll
	for (int o = 0; o < OC; o++) {
#ifdef TO_TABLE
		to0 = TO(plane + o);
#endif
#ifdef ADDED_TABLE
		other0 = OTHER(plane + o);
#endif
		for (int p = 0; p < PX; p++) {
			if (INSIDE(tile * OC + o) && (p == 0 || pixel[p] < pixels)) {
				store4(to0 + 4 * cell[p], other0 + 4 * cell[p], sum[o * PX + p]);
			}
		}
		to0 += to.y;
		other0 += added.y;
	}
#ifdef BESIDE
	// loop beside
	for (int i = item; i < planes2 * (ROWS2 * STRIPS2); i += items) {
		int line = quotient(i, STRIPS2);
		int plane = quotient(line, ROWS2);
		poolBeside(plane, line - plane * ROWS2, (i - line * STRIPS2) * 4);
	}
#endif
}
