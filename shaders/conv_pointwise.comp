// Grouped 1×1 convolution. One invocation computes OC output channels of one
// group at four pixels (or one, if SCALAR). Weights: for each tile of OC
// channels the bias, then for each input channel of the group its OC factors.
// Input channels are found by table behind a shuffle or concat. EXACT says that
// OC divides the group's output channels.

layout(local_size_x = LX, local_size_y = LY) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int pixels;    // vectors of LANES pixels in a plane
	int tiles;     // of OC output channels, in one group
	int groups;
	int inputs;    // input channels of one group
	int outputs;   // output channels of one group
};

#define Q (OC / 4)

void main() {
	int pixel = int(gl_GlobalInvocationID.x);
	int tile = int(gl_GlobalInvocationID.y);
	int slab = int(gl_GlobalInvocationID.z); // sample · groups + group
	if (pixel >= pixels || tile >= tiles) {
		return;
	}
	int group = slab % groups;
	int w = (group * tiles + tile) * (inputs + 1) * Q;

	VEC sum[OC];
	for (int q = 0; q < Q; q++) {
		vec4 b = weight(w + q);
		sum[4 * q] = VEC(b.x);
		sum[4 * q + 1] = VEC(b.y);
		sum[4 * q + 2] = VEC(b.z);
		sum[4 * q + 3] = VEC(b.w);
	}
	w += Q;

#ifdef FROM_TABLE
	int row = from.z + slab * inputs;
#else
	int at = (from.x + slab * inputs * from.y) / LANES + pixel;
	int hop = from.y / LANES;
#endif
	for (int c = 0; c < inputs; c++) {
#ifdef FROM_TABLE
		VEC x = source[index[row + c] / LANES + pixel];
#else
		VEC x = source[at];
		at += hop;
#endif
		for (int q = 0; q < Q; q++) {
			vec4 f = weight(w + q);
			sum[4 * q] += f.x * x;
			sum[4 * q + 1] += f.y * x;
			sum[4 * q + 2] += f.z * x;
			sum[4 * q + 3] += f.w * x;
		}
		w += Q;
	}

	int plane = slab * outputs + tile * OC;
	int place = TO(plane) + pixel * LANES;
	int other = OTHER(plane) + pixel * LANES;
	for (int o = 0; o < OC; o++) {
#ifndef EXACT
		if (tile * OC + o >= outputs) {
			break;
		}
#endif
#ifdef TO_TABLE
		place = TO(plane + o) + pixel * LANES;
#endif
#ifdef ADDED_TABLE
		other = OTHER(plane + o) + pixel * LANES;
#endif
		store(place, other, sum[o]);
		place += to.y;
		other += added.y;
	}
}
