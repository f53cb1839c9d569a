// Products of matrices, the last two dimensions of each operand. One invocation
// computes four columns of one row; or one element if the output's planes are
// single elements (NARROW), as operands' may be (FROM_SINGLE, SECOND_SINGLE). The tables say which matrix of each operand belongs to
// which of the result.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	ivec4 second;
	ivec3 heights; // of the planes of from, second and to
	int rows;      // of a matrix
	int columns;
	int depth;
	int cells;     // of all matrices, what an invocation computes
	int left;      // tables
	int right;
};

#ifdef NARROW
#define ACROSS 1
#else
#define ACROSS 4
#endif

void main() {
	int cell = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	if (cell >= cells) {
		return;
	}
	int strips = (columns + ACROSS - 1) / ACROSS;
	int column = cell % strips * ACROSS;
	int row = cell / strips; // of all matrices
	int a = INDEX(left + row / rows) * rows + row % rows;
	int b = INDEX(right + row / rows) * depth;
#ifndef FROM_SINGLE
	int line = locate(from, heights.x, a);
#endif
	vec4 sum = vec4(0.0);
	for (int k = 0; k < depth; k++) {
#ifdef FROM_SINGLE
		float v = load(FROM(a * depth + k));
#else
		float v = load(line + k);
#endif
#if defined(SECOND_SINGLE)
		for (int i = 0; i < min(ACROSS, columns - column); i++) {
			sum[i] += v * load(locate(second, 1, (b + k) * columns + column + i));
		}
#elif defined(SECOND_LOOSE)
		sum += v * loadLoose(locate(second, heights.y, b + k) + column);
#else
		sum += v * load4(locate(second, heights.y, b + k) + column);
#endif
	}
#ifdef NARROW
	int at = locate(to, 1, cell);
	int other = locate(added, 1, cell);
#else
	int at = locate(to, heights.z, row) + column;
	int other = locate(added, heights.z, row) + column;
#endif
	store4(at, other, sum);
}
