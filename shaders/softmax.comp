// Softmax along one axis: exp(x − max) / Σ exp(x − max). One work group of LX
// invocations a row; element k of row r is number
// (r / inner · length + k) · inner + r % inner.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the planes, which are alike in input and output
	int width;
	int length; // of the axis
	int inner;  // elements behind each position of the axis
	int rows;
};

shared float partial[LX];

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int row = int(gl_WorkGroupID.x) + int(gl_WorkGroupID.y) * int(gl_NumWorkGroups.x);
	int end = row < rows ? length : 0; // no early return: barriers follow
	int first = row / inner * length * inner + row % inner;

	float top = -3.402823466e38;
	for (int k = lane; k < end; k += LX) {
		top = max(top, source[locate(from, height, width, 1, first + k * inner)]);
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
		sum += exp(source[locate(from, height, width, 1, first + k * inner)] - top);
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

	for (int k = lane; k < end; k += LX) {
		int i = first + k * inner;
		float e = exp(source[locate(from, height, width, 1, i)] - top) / sum;
		store(locate(to, height, width, 1, i), locate(added, height, width, 1, i), e);
	}
}
