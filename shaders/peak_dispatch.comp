// Measures launching: one invocation adds to one vec4, which is as little as can be
// checked.

layout(local_size_x = 1) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int step;
};

void main() {
	target[to.x] = source[from.x] + vec4(step);
}
