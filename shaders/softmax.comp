// Softmax along one axis: exp(x − max) / Σ exp(x − max). One work group of LX
// invocations computes one softmax ALONG the rows of planes, or four that lie side
// by side in them, one in each component of a vec4.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the planes, which are alike in input and output
	int width;
	int length; // vec4s of an axis
	int inner;  // rows behind each position of the axis
	int count;  // of what work groups compute
};

shared vec4 partial[LX];

#ifdef ALONG
#define PLACE(view, k) (locate(view, height, first) + (k) * 4)
#define FOLD(fold, v) vec4(fold(fold(v.x, v.y), fold(v.z, v.w)))
#define CUT(v, k, outside) mix(vec4(outside), v, lessThan((k) * 4 + ivec4(0, 1, 2, 3), ivec4(width)))
#else
#define PLACE(view, k) (locate(view, height, first + (k) * inner) + x)
#define FOLD(fold, v) v
#define CUT(v, k, outside) v
#endif

float add(float a, float b) {
	return a + b;
}

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int group = int(gl_WorkGroupID.x) + int(gl_WorkGroupID.y) * int(gl_NumWorkGroups.x);
	int end = group < count ? length : 0; // no early return: barriers follow
#ifdef ALONG
	int first = group;
#else
	int strips = (width + 3) / 4;
	int row = group / strips;
	int first = row / inner * length * inner + row % inner;
	int x = group % strips * 4;
#endif

	vec4 top = vec4(-3.402823466e38);
	for (int k = lane; k < end; k += LX) {
		top = max(top, CUT(READ(PLACE(from, k)), k, -3.402823466e38));
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
	top = FOLD(max, top);
	barrier();

	vec4 sum = vec4(0.0);
	for (int k = lane; k < end; k += LX) {
		sum += CUT(exp(READ(PLACE(from, k)) - top), k, 0.0);
	}
	partial[lane] = sum;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[lane] += partial[lane + span];
		}
	}
	barrier();
	sum = partial[0];
	sum = FOLD(add, sum);

	for (int k = lane; k < end; k += LX) {
		store4(PLACE(to, k), PLACE(added, k), exp(READ(PLACE(from, k)) - top) / sum);
	}
}
