// A depthwise convolution, row by row of the output: begin() aims at four pixels of
// a row, then each next() gives the four of one row and goes to the row below.

#ifndef PITCH
#define PITCH from.w // floats from row to row
#endif
#define TAPS ((KH * KW + 4) / 4) // vec4s: the bias and the factors of a channel
#define KEPT (DY == 1 && KH > SY ? KH - SY : 0) // rows that the next one needs again

#ifdef SPARING // factors are fetched for each row anew
int taps0;
#define TAP(t) weight(taps0 + (t) / 4)[(t) % 4]
#else
TERM taps[TAPS];
#define TAP(t) taps[(t) / 4][(t) % 4]
#endif
Strip seen[KH]; // the rows under the window
int plane0; // the channel's first pixel
int row0;   // the first row under the window

void see(int k) {
	int iy = row0 + k * DY;
	if (iy >= 0 && iy < height) {
		fetch(plane0 + iy * PITCH, seen[k]);
	} else {
		blank(seen[k]);
	}
}

// base is the channel's plane, w where its bias and factors begin.
void begin(int base, int y, int x, int w) {
#ifdef SPARING
	taps0 = w;
#else
	for (int i = 0; i < TAPS; i++) {
		taps[i] = weight(w + i);
	}
#endif
	plane0 = base;
	row0 = y * SY - top;
	aim(x);
	for (int k = 0; k < KEPT; k++) {
		see(k);
	}
}

vec4 next() {
	vec4 sum = vec4(TAP(0));
	for (int k = 0; k < KH; k++) {
		if (k >= KEPT) {
			see(k);
		}
#ifdef HALF_ARITHMETIC
		TERM part;
		for (int kx = 0; kx < KW; kx++) {
			int t = k * KW + kx + 1;
			part = kx == 0 ? TAP(t) * UNDER(seen[k], kx) : part + TAP(t) * UNDER(seen[k], kx);
		}
		sum += part;
#else
		for (int kx = 0; kx < KW; kx++) {
			int t = k * KW + kx + 1;
			sum += TAP(t) * UNDER(seen[k], kx);
		}
#endif
	}
	row0 += SY;
	for (int k = 0; k < KEPT; k++) {
		seen[k] = seen[k + SY];
	}
	return sum;
}
