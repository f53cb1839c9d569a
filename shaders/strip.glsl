// What four output pixels of a window need of one row of the input. Strides, left
// padding and width of the window are compiled in, so that UNDER, the four pixels
// below column kx of the window, knows their places.

#ifndef OUTSIDE
#define OUTSIDE 0.0 // what is read beyond a row's ends
#endif

#ifdef WIDE // too wide to be kept: pixels are read as they are needed
struct Strip { int row; };

int corner;

void aim(int x) {
	corner = x * SX - LEFT;
}

void fetch(int row, out Strip strip) {
	strip.row = row;
}

void blank(out Strip strip) {
	strip.row = -1;
}

vec4 under(Strip strip, int kx) {
	vec4 v = vec4(OUTSIDE);
	for (int i = 0; i < 4; i++) {
		int x = corner + i * SX + kx * DX;
		if (strip.row >= 0 && x >= 0 && x < width) {
			v[i] = load(strip.row + x);
		}
	}
	return v;
}

#define UNDER(strip, kx) under(strip, kx)
#else
#define SKIP ((4 - LEFT % 4) % 4)
#define STRIP ((SKIP + 3 * SX + (KW - 1) * DX + 4) / 4)
#define AT(strip, i) strip.v[(SKIP + (i)) / 4][(SKIP + (i)) % 4]
#define UNDER(strip, kx) vec4(AT(strip, (kx) * DX), AT(strip, SX + (kx) * DX), \
	AT(strip, 2 * SX + (kx) * DX), AT(strip, 3 * SX + (kx) * DX))

struct Strip { TERM v[STRIP]; };

int column[STRIP];

// Which pixels of a vec4 lie in the row. SPARING keeps them in one register, for
// devices that have few.
#ifdef SPARING
#define MASK int
#define KEEP(mask) ((mask).x | (mask).y << 1 | (mask).z << 2 | (mask).w << 3)
#define SHOW(mask) bvec4(ivec4(mask) & ivec4(1, 2, 4, 8))
#else
#define MASK bvec4
#define KEEP(mask) bvec4(mask)
#define SHOW(mask) mask
#endif
#ifndef WHOLE
MASK within[STRIP];
#endif

// Aims at the output pixels from column x on, a multiple of four.
void aim(int x) {
	for (int i = 0; i < STRIP; i++) {
		int first = x * SX - LEFT - SKIP + 4 * i;
#ifdef WHOLE // rows end with a vec4, so one is in the row or outside
		column[i] = first < width ? first : -1;
#else
		ivec4 all = first + ivec4(0, 1, 2, 3);
		within[i] = KEEP(ivec4(greaterThanEqual(all, ivec4(0))) & ivec4(lessThan(all, ivec4(width))));
		column[i] = clamp(first, 0, (width - 1) / 4 * 4);
#endif
	}
}

// Reads the row that begins at a float offset.
void fetch(int row, out Strip strip) {
	for (int i = 0; i < STRIP; i++) {
#ifdef WHOLE
		strip.v[i] = mix(vec4(OUTSIDE), READ(row + max(column[i], 0)), bvec4(column[i] >= 0));
#else
		strip.v[i] = mix(vec4(OUTSIDE), READ(row + column[i]), SHOW(within[i]));
#endif
	}
}

// A row above the first or below the last.
void blank(out Strip strip) {
	for (int i = 0; i < STRIP; i++) {
		strip.v[i] = vec4(OUTSIDE);
	}
}
#endif
