// The end of a classifier in one launch: the global pool of the input (POOLED: invocations
// that share a plane), a fully connected layer, and SOFTMAX. A work group pools `slice`
// input channels, multiplies them by their weights for `part` fours of outputs, and leaves
// the sums in scratch, behind the index tables. Which work group comes last of those that
// share outputs adds the sums up, and which comes last of these does the softmax; nobody
// waits for anybody. Weights: for each input a vec4 for each four outputs, then the biases.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the planes
	int width;
	int inputs;
	int outputs;
	int slice;   // inputs of a work group
	int part;    // fours of outputs of a work group
	int sums;    // where in scratch
	int counter; // where those who are done are counted: for each part, then for all parts
};

#ifdef POOLED
shared float pooled[SLICE * POOLED];
#ifdef AVERAGE
#define EMPTY 0.0
#define COMBINE(a, b) ((a) + (b))
#else
#define EMPTY -3.402823466e38
#define COMBINE(a, b) max(a, b)
#endif
#else
#define POOLED 1
shared float pooled[SLICE];
#endif
shared int turn;
#ifdef SOFTMAX
shared float partial[LX];
#endif

// Software renderers load from shared memory lane by lane, so there a load is for several fours.
#if defined(SOFTWARE) && !defined(WEIGHT_BUFFER)
#define AT_A_TIME 4
#else
#define AT_A_TIME 1
#endif

// Four sums or logits of the item that begins there.
vec4 left(int at) {
	return intBitsToFloat(ivec4(index[at], index[at + 1], index[at + 2], index[at + 3]));
}

void leave(int at, vec4 v) {
	ivec4 bits = floatBitsToInt(v);
	index[at] = bits.x;
	index[at + 1] = bits.y;
	index[at + 2] = bits.z;
	index[at + 3] = bits.w;
}

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int slices = int(gl_NumWorkGroups.x);
	int parts = int(gl_NumWorkGroups.y);
	int item = int(gl_WorkGroupID.z);
	int first = int(gl_WorkGroupID.x) * slice;
	int count = min(slice, inputs - first);
	int fours = (outputs + 3) / 4;
	int four0 = int(gl_WorkGroupID.y) * part;
	int four1 = min(four0 + part, fours);
	int own = sums + item * slices * fours * 4; // this item's

#ifdef AVERAGE
	float scale = 1.0 / float(height * width);
#endif
#if POOLED > 1
	int strips = (width + 3) / 4;
	// loop pool
	for (int i = lane; i < count * POOLED; i += LX) {
		int base = FROM(item * inputs + first + i / POOLED);
		vec4 sum = vec4(EMPTY);
		// loop plane in pool
		for (int k = i % POOLED; k < height * strips; k += POOLED) {
			int x = k % strips * 4;
			vec4 v = READ(base + k / strips * from.w + x);
			sum = COMBINE(sum, mix(vec4(EMPTY), v, lessThan(x + ivec4(0, 1, 2, 3), ivec4(width))));
		}
		pooled[i] = COMBINE(COMBINE(sum.x, sum.y), COMBINE(sum.z, sum.w));
	}
	barrier();
	for (int i = lane; i < count; i += LX) {
		float sum = pooled[i * POOLED];
		for (int k = 1; k < POOLED; k++) {
			sum = COMBINE(sum, pooled[i * POOLED + k]);
		}
#ifdef AVERAGE
		sum *= scale;
#endif
		pooled[i * POOLED] = sum;
	}
#else
	for (int i = lane; i < count; i += LX) {
		pooled[i] = load(FROM(item * inputs + first + i));
	}
#endif
	barrier();

	// loop outputs
	for (int four = four0 + lane; four < four1; four += AT_A_TIME * LX) {
		int w = first * fours + four;
		vec4 sum[AT_A_TIME];
		for (int k = 0; k < AT_A_TIME; k++) {
			sum[k] = vec4(0.0);
		}
		// loop inputs in outputs
		for (int i = 0; i < count; i++) {
			float v = pooled[i * POOLED];
			for (int k = 0; k < AT_A_TIME; k++) { // what is beyond the last is not left
				sum[k] += weight(w + k * LX) * v;
			}
			w += fours;
		}
		for (int k = 0; k < AT_A_TIME; k++) {
			if (k == 0 || four + k * LX < four1) {
				leave(own + (int(gl_WorkGroupID.x) * fours + four + k * LX) * 4, sum[k]);
			}
		}
	}
	memoryBarrierBuffer();
	barrier();
	if (lane == 0) {
		turn = atomicAdd(index[counter + item * (parts + 1) + int(gl_WorkGroupID.y)], 1);
	}
	barrier();
	int last = turn == slices - 1 ? 1 : 0;
	memoryBarrierBuffer();

	// loop sums
	for (int four = four0 + lane; last != 0 && four < four1; four += LX) {
		vec4 sum = weight(inputs * fours + four);
		// loop slices in sums
		for (int s = 0; s < slices; s++) {
			sum += left(own + (s * fours + four) * 4);
		}
#ifdef SOFTMAX
#ifdef BETWEEN
		sum = function(BETWEEN, sum, curve.x, curve.y);
#endif
		leave(own + four * 4, sum); // nobody else reads these
#else
		for (int j = 0; j < 4; j++) {
			int result = item * outputs + four * 4 + j;
			if (four * 4 + j < outputs) {
				store4(TO(result), 0, vec4(sum[j]));
			}
		}
#endif
	}

#ifdef SOFTMAX
	memoryBarrierBuffer();
	barrier(); // turn has been read
	if (lane == 0) {
		turn = last != 0 ? atomicAdd(index[counter + item * (parts + 1) + parts], 1) : -1;
	}
	barrier();
	int end = turn == parts - 1 ? outputs : 0;
	memoryBarrierBuffer();

	float top = -3.402823466e38;
	for (int k = lane; k < end; k += LX) {
		top = max(top, intBitsToFloat(index[own + k]));
	}
	partial[lane] = top;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[lane] = max(partial[lane], partial[lane + span]);
		}
	}
	barrier();
	top = partial[0];
	barrier();
	float sum = 0.0;
	for (int k = lane; k < end; k += LX) {
		sum += exp(intBitsToFloat(index[own + k]) - top);
	}
	partial[lane] = sum;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[lane] += partial[lane + span];
		}
	}
	barrier();
	for (int k = lane; k < end; k += LX) {
		store4(TO(item * outputs + k), 0, vec4(exp(intBitsToFloat(index[own + k]) - top) / partial[0]));
	}
#endif

	// The counters are as they were, for the next run.
	if (lane == 0 && last != 0) {
		index[counter + item * (parts + 1) + int(gl_WorkGroupID.y)] = 0;
#ifdef SOFTMAX
		if (end > 0) {
			index[counter + item * (parts + 1) + parts] = 0;
		}
#endif
	}
}
