// Measures multiply-adds: CHAINS vec4s, each TURNS times times a factor plus a term.
// All come from a buffer, so that no compiler knows that the factor and the term are
// one, that the sums are what they were plus TURNS, or that two chains are alike.
// HALF asks for 16 bits, which a device need not have.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int turns; // of UNROLLED multiply-adds a chain
};

#define UNROLLED 4

#ifdef HALF
#define SUM mediump vec4
#else
#define SUM highp vec4
#endif

void main() {
	SUM factor = source[0];
	SUM term = source[1];
	SUM sum[CHAINS];
	// unroll
	for (int c = 0; c < CHAINS; c++) {
		sum[c] = source[2 + c];
	}
	for (int t = 0; t < turns; t++) {
		for (int u = 0; u < UNROLLED; u++) {
			// unroll
			for (int c = 0; c < CHAINS; c++) {
				sum[c] = sum[c] * factor + term;
			}
		}
	}
	highp vec4 all = vec4(0.0);
	// unroll
	for (int c = 0; c < CHAINS; c++) {
		all += sum[c];
	}
	target[gl_GlobalInvocationID.x] = all;
}
