// Products of matrices, the last two dimensions of each operand. One invocation
// computes one element. The tables say which matrix of each operand belongs to
// which of the result.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 second;
	ivec4 sizes;    // height and width of the planes of from, then of second
	int outHeight;  // of the output's planes
	int outWidth;
	int rows;
	int columns;
	int depth;
	int outputs;
	int left; // tables
	int right;
};

void main() {
	int i = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	if (i >= outputs) {
		return;
	}
	int matrix = i / (rows * columns);
	int row = i / columns % rows;
	int column = i % columns;
	int a = (index[left + matrix] * rows + row) * depth;
	int b = index[right + matrix] * depth * columns + column;
	float sum = 0.0;
	for (int k = 0; k < depth; k++) {
		sum += source[locate(from, sizes.x, sizes.y, 1, a + k)] * source[locate(second, sizes.z, sizes.w, 1, b + k * columns)];
	}
	store(locate(to, outHeight, outWidth, 1, i), locate(added, outHeight, outWidth, 1, i), sum);
}
