// Instance normalisation: a plane by its own mean and variance. LX invocations
// share a plane. Weights: for each channel scale and bias.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height;
	int width;
	int channels;
	float epsilon;
};

shared float partial[LX];

// The sum over the work group, the same for every invocation.
float total(float part) {
	int lane = int(gl_LocalInvocationID.x);
	barrier(); // the last sum may still be read
	partial[lane] = part;
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[lane] += partial[lane + span];
		}
	}
	barrier();
	return partial[0];
}

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int plane = int(gl_WorkGroupID.x);
	int base = FROM(plane);
	int count = height * width;

	float sum = 0.0;
	for (int i = lane; i < count; i += LX) {
		sum += source[base + i / width * from.w + i % width];
	}
	float mean = total(sum) / float(count);
	sum = 0.0;
	for (int i = lane; i < count; i += LX) {
		float d = source[base + i / width * from.w + i % width] - mean;
		sum += d * d;
	}
	vec4 w = weight(plane % channels);
	float scale = w.x / sqrt(total(sum) / float(count) + epsilon);

	int at = TO(plane);
	int other = OTHER(plane);
	for (int i = lane; i < count; i += LX) {
		int y = i / width;
		int x = i % width;
		float v = (source[base + y * from.w + x] - mean) * scale + w.y;
		store(at + y * to.w + x, other + y * added.w + x, v);
	}
}
