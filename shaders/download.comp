// Copies count vec4s of the arena to where the CPU can read them, for traces.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	int resultBase;
	int count;
};

void main() {
	int i = int(gl_GlobalInvocationID.x) + int(gl_GlobalInvocationID.y) * int(gl_NumWorkGroups.x) * LX;
	if (i < count) {
		results[i] = load4(resultBase + 4 * i);
	}
}
