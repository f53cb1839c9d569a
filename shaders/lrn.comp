// Local response normalisation across channels. One invocation computes one
// pixel of one channel.

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
	int i = int(gl_GlobalInvocationID.x);
	int plane = int(gl_GlobalInvocationID.y);
	if (i >= height * width) {
		return;
	}
	int y = i / width;
	int x = i % width;
	int c = plane % channels;
	int first = plane - min(c, before);
	int last = plane + min(channels - 1 - c, after);
	float sum = 0.0;
	for (int p = first; p <= last; p++) {
		float v = source[FROM(p) + y * from.w + x];
		sum += v * v;
	}
	float v = source[FROM(plane) + y * from.w + x] / pow(bias + alpha * sum, beta);
	store(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, v);
}
