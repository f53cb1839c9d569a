// Pooling of whole planes. LX invocations share a plane: each reduces every
// LX-th pixel, then they combine in shared memory. LY planes a work group.

layout(local_size_x = LX, local_size_y = LY) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height;
	int width;
	int planes;
};

shared float partial[LX * LY];

#ifdef AVERAGE
#define EMPTY 0.0
#define COMBINE(a, b) ((a) + (b))
#else
#define EMPTY -3.402823466e38
#define COMBINE(a, b) max(a, b)
#endif

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int slot = int(gl_LocalInvocationIndex);
	int plane = int(gl_GlobalInvocationID.y);
	float result = EMPTY;
	if (plane < planes) {
		int base = FROM(plane);
		for (int i = lane; i < height * width; i += LX) {
			result = COMBINE(result, source[base + i / width * from.w + i % width]);
		}
	}
	partial[slot] = result;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[slot] = COMBINE(partial[slot], partial[slot + span]);
		}
	}
	if (lane == 0 && plane < planes) {
		result = partial[slot];
#ifdef AVERAGE
		result /= float(height * width);
#endif
		store(TO(plane), OTHER(plane), result);
	}
}
