// Instance normalisation: a plane by its own mean and variance. LX invocations
// share a plane, each every LX-th vec4. Weights: for each channel scale and bias.

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
float total(vec4 part) {
	int lane = int(gl_LocalInvocationID.x);
	barrier(); // the last sum may still be read
	partial[lane] = dot(part, vec4(1.0));
	for (int span = LX / 2; span > 0; span /= 2) {
		barrier();
		if (lane < span) {
			partial[lane] += partial[lane + span];
		}
	}
	barrier();
	return partial[0];
}

// The four pixels from column x on less the mean, and 0 beyond the row's end.
vec4 less(float mean, vec4 v, int x) {
	return mix(vec4(0.0), v - mean, lessThan(x + ivec4(0, 1, 2, 3), ivec4(width)));
}

void main() {
	int lane = int(gl_LocalInvocationID.x);
	int plane = int(gl_WorkGroupID.x);
	int base = FROM(plane);
	int strips = (width + 3) / 4;
	float pixels = float(height * width);

	vec4 sum = vec4(0.0);
	for (int i = lane; i < height * strips; i += LX) {
		int x = i % strips * 4;
		sum += less(0.0, READ(base + i / strips * from.w + x), x);
	}
	float mean = total(sum) / pixels;
	sum = vec4(0.0);
	for (int i = lane; i < height * strips; i += LX) {
		int x = i % strips * 4;
		vec4 d = less(mean, READ(base + i / strips * from.w + x), x);
		sum += d * d;
	}
	vec4 w = weight(plane % channels);
	float scale = w.x / sqrt(total(sum) / pixels + epsilon);

	int at = TO(plane);
	int other = OTHER(plane);
	for (int i = lane; i < height * strips; i += LX) {
		int y = i / strips;
		int x = i % strips * 4;
		vec4 v = (READ(base + y * from.w + x) - mean) * scale + w.y;
		store4(at + y * to.w + x, other + y * added.w + x, v);
	}
}
