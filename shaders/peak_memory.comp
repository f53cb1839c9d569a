// Measures reading (READS), writing (WRITES) or copying (both) of vec4s: EACH of them
// an invocation, as far apart as there are invocations, so that neighbours touch
// neighbours; then the same again, one vec4 further. The count of vec4s is a power of
// two. Sums are stored only where they are large, which is rare: one vec4 makes them
// so, and nobody can tell who reads it before all is read.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int invocations;
	int mask; // the count of vec4s, less one
	int turns;
	int mark; // is added to what is stored: tells runs apart
};

void main() {
	int first = int(gl_GlobalInvocationID.x);
	vec4 sum = vec4(mark);
	for (int t = 0; t < turns; t++) {
		// unroll
		for (int i = 0; i < EACH; i++) {
			int at = (first + t + i * invocations) & mask;
#if defined(READS) && defined(WRITES)
			target[at] = source[at] + vec4(mark);
#elif defined(READS)
			sum += source[at];
#else
			target[at] = sum;
#endif
		}
	}
#ifndef WRITES
	if (sum.x >= 500000.0) {
		target[first] = sum;
	}
#endif
}
