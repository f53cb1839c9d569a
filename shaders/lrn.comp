// Local response normalisation across channels. One invocation computes four
// pixels of a row of one channel.

layout(local_size_x = LX) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height;
	int width;
	int channels;
	int before; // channels of the window before its own
	int after;
	float alpha; // divided by the window's size
	float beta;
	float bias;
};

void main() {
	int strips = (width + 3) / 4;
	int y = int(gl_GlobalInvocationID.x) / strips;
	int x = int(gl_GlobalInvocationID.x) % strips * 4;
	int plane = int(gl_GlobalInvocationID.y);
	if (y >= height) {
		return;
	}
	int c = plane % channels;
	int first = plane - min(c, before);
	int last = plane + min(channels - 1 - c, after);
	vec4 sum = vec4(0.0);
	for (int p = first; p <= last; p++) {
		vec4 v = READ(FROM(p) + y * from.w + x);
		sum += v * v;
	}
	vec4 v = READ(FROM(plane) + y * from.w + x) / pow(bias + alpha * sum, vec4(beta));
	store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, v);
}
