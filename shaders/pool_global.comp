// Pooling of whole planes. LX invocations share a plane: each reduces every LX-th
// vec4, then they combine in shared memory. LY planes a work group. Software renderers
// load from shared memory lane by lane, so there each does a plane ALONE, LX a work group.

#ifdef ALONE
layout(local_size_x = LX) in;
#else
layout(local_size_x = LX, local_size_y = LY) in;
#endif

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height;
	int width;
	int planes;
};

#ifdef ALONE
#define SHARING 1
#define LINE(i) quotient(i, strips)
#else
#define SHARING LX
#define LINE(i) ((i) / strips)
shared float partial[LX * LY];
#endif

#ifdef AVERAGE
#define EMPTY 0.0
#define COMBINE(a, b) ((a) + (b))
#else
#define EMPTY -3.402823466e38
#define COMBINE(a, b) max(a, b)
#endif

void main() {
#ifdef ALONE
	const int lane = 0;
	int plane = int(gl_GlobalInvocationID.x);
#else
	int lane = int(gl_LocalInvocationID.x);
	int slot = int(gl_LocalInvocationIndex);
	int plane = int(gl_GlobalInvocationID.y);
#endif
	int strips = (width + 3) / 4;
	vec4 sum = vec4(EMPTY);
	if (plane < planes) {
		int base = FROM(plane);
		// loop plane
		for (int i = lane; i < height * strips; i += SHARING) {
			int y = LINE(i);
			int x = (i - y * strips) * 4;
			vec4 v = READ(base + y * from.w + x);
			sum = COMBINE(sum, mix(vec4(EMPTY), v, lessThan(x + ivec4(0, 1, 2, 3), ivec4(width))));
		}
	}
	float result = COMBINE(COMBINE(sum.x, sum.y), COMBINE(sum.z, sum.w));
#ifndef ALONE
	partial[slot] = result;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[slot] = COMBINE(partial[slot], partial[slot + span]);
		}
	}
	result = partial[slot];
#endif
	if (lane == 0 && plane < planes) {
#ifdef AVERAGE
		result /= float(height * width);
#endif
		store4(TO(plane), OTHER(plane), vec4(result));
	}
}
