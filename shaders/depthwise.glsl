// A depthwise convolution, row by row of the output: begin() aims at four pixels of
// a row, then each next() gives the four of one row and goes to the row below.

#define TAPS ((KH * KW + 4) / 4) // vec4s: the bias and the factors of a channel
#define KEPT (DY == 1 && KH > SY ? KH - SY : 0) // rows that the next one needs again

vec4 taps[TAPS];
vec4 under[KH][STRIP]; // the rows under the window
int plane0; // the channel's first pixel
int row0;   // the first row under the window

void see(int k) {
	int iy = row0 + k * DY;
	fetch(plane0 + clamp(iy, 0, height - 1) * from.w, under[k]);
	if (iy < 0 || iy >= height) {
		for (int i = 0; i < STRIP; i++) {
			under[k][i] = vec4(0.0);
		}
	}
}

// base is the channel's plane, w where its bias and factors begin.
void begin(int base, int y, int x, int w) {
	for (int i = 0; i < TAPS; i++) {
		taps[i] = weight(w + i);
	}
	plane0 = base;
	row0 = y * SY - top;
	aim(x);
	for (int k = 0; k < KEPT; k++) {
		see(k);
	}
}

vec4 next() {
	vec4 sum = vec4(taps[0].x);
	for (int k = 0; k < KH; k++) {
		if (k >= KEPT) {
			see(k);
		}
		for (int kx = 0; kx < KW; kx++) {
			int t = k * KW + kx + 1;
			sum += taps[t / 4][t % 4] * vec4(AT(under[k], kx * DX), AT(under[k], SX + kx * DX),
				AT(under[k], 2 * SX + kx * DX), AT(under[k], 3 * SX + kx * DX));
		}
	}
	row0 += SY;
	for (int k = 0; k < KEPT; k++) {
		under[k] = under[k + SY];
	}
	return sum;
}
