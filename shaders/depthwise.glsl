#define TAPS ((KH * KW + 4) / 4) // vec4s: the bias and the factors of a channel

// The depthwise convolution of a plane at four output pixels of row y, from column
// x on. w is where the channel's bias and factors begin.
vec4 depthwise(int base, int y, int x, int w) {
	vec4 taps[TAPS];
	for (int i = 0; i < TAPS; i++) {
		taps[i] = weight(w + i);
	}
	vec4 sum = vec4(taps[0].x);
	aim(x);
	for (int ky = 0; ky < KH; ky++) {
		int iy = y * SY - top + ky * DY;
		if (iy < 0 || iy >= height) {
			continue;
		}
		Strip strip;
		fetch(base + iy * from.w, strip);
		for (int kx = 0; kx < KW; kx++) {
			int k = ky * KW + kx + 1;
			sum += taps[k / 4][k % 4] * UNDER(strip, kx);
		}
	}
	return sum;
}
