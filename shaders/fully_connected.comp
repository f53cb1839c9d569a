// Fully connected layer. LX invocations share four outputs: each sums every LX-th
// input, then they combine in shared memory. LY fours a work group. Weights: for
// each four a vec4 for each input, then the bias.

layout(local_size_x = LX, local_size_y = LY) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int inputs;
	int outputs;
	int first; // of the fours whose weights are bound
	int tileWeights; // vec4s
};

shared vec4 partial[LX * LY];

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int slot = int(gl_LocalInvocationIndex);
	int four = int(gl_GlobalInvocationID.y);
	int item = int(gl_GlobalInvocationID.z);
	int w = four * tileWeights;
	four += first;
	vec4 sum = vec4(0.0);
	if (four * 4 < outputs) {
		// loop inputs
		for (int k = lane; k < inputs; k += LX) {
			sum += weight(w + k) * load(FROM(item * inputs + k));
		}
	}
	partial[slot] = sum;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[slot] += partial[slot + span];
		}
	}
	barrier();
	if (lane < 4 && four * 4 + lane < outputs) {
		int result = item * outputs + four * 4 + lane;
		store4(TO(result), OTHER(result), vec4(partial[slot - lane][lane] + weight(w + inputs)[lane]));
	}
}
