// Measures the texture unit: EACH texels a turn, which neighbours read side by side, as
// kernels read their weights. The count of texels is a power of two.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int mask; // the count of texels, less one
	int turns;
	int mark; // tells runs apart
};

void main() {
	int first = int(gl_GlobalInvocationID.x);
	vec4 sum = vec4(mark);
	for (int t = 0; t < turns; t++) {
		// unroll
		for (int i = 0; i < EACH; i++) {
			sum += weight((first + t * EACH + i) & mask);
		}
	}
	target[first] = sum;
}
