// Mean over any axes. One invocation computes four elements of a row of the
// output, or what is left of it. Element i is the mean of the input elements number
// index[firsts + i] + index[steps + k] for k below count.

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
	int rows; // of all the output's planes
};

void main() {
	int strips = (outWidth + 3) / 4;
	int cell = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	int row = cell / strips;
	int x = cell % strips * 4;
	if (row >= rows) {
		return;
	}
	vec4 sum = vec4(0.0);
	for (int i = 0; i < min(4, outWidth - x); i++) {
		int first = INDEX(firsts + row * outWidth + x + i);
		for (int k = 0; k < count; k++) {
			int at = first + INDEX(steps + k);
			sum[i] += load(locate(from, height, at / width) + at % width);
		}
	}
	int plane = row / outHeight;
	int y = row % outHeight;
	store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, sum / float(count));
}
