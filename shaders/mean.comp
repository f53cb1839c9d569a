// Mean over any axes. One invocation computes one element: the mean of the input
// elements number index[firsts + i] + index[steps + k] for k below count.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input's planes
	int width;
	int outHeight; // of the output's
	int outWidth;
	int firsts; // tables
	int steps;
	int count;
	int outputs;
};

void main() {
	int i = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	if (i >= outputs) {
		return;
	}
	int first = index[firsts + i];
	float sum = 0.0;
	for (int k = 0; k < count; k++) {
		sum += source[locate(from, height, width, 1, first + index[steps + k])];
	}
	store(locate(to, outHeight, outWidth, 1, i), locate(added, outHeight, outWidth, 1, i), sum / float(count));
}
