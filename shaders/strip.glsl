// What four output pixels of a window need of one row of the input, in STRIP vec4s.
// Strides, left padding and width of the window are compiled in, so that AT, which
// gives one pixel, knows its place.
#define SKIP ((4 - LEFT % 4) % 4)
#define STRIP ((SKIP + 3 * SX + (KW - 1) * DX + 4) / 4)
#define AT(strip, i) strip[(SKIP + (i)) / 4][(SKIP + (i)) % 4]

#ifndef OUTSIDE
#define OUTSIDE 0.0 // what is read beyond a row's ends
#endif

int column[STRIP];
bvec4 within[STRIP];

// Aims at the output pixels from column x on, a multiple of four.
void aim(int x) {
	for (int i = 0; i < STRIP; i++) {
		int first = x * SX - LEFT - SKIP + 4 * i;
		ivec4 all = first + ivec4(0, 1, 2, 3);
		within[i] = bvec4(uvec4(greaterThanEqual(all, ivec4(0))) & uvec4(lessThan(all, ivec4(width))));
		column[i] = clamp(first, 0, (width - 1) / 4 * 4);
	}
}

// Reads the row that begins at a float offset.
void fetch(int row, out vec4 strip[STRIP]) {
	for (int i = 0; i < STRIP; i++) {
#ifdef FROM_LOOSE
		// Beyond the row's ends this is some other element.
		int at = max(row + column[i], 0);
		vec4 v = vec4(load(at), load(at + 1), load(at + 2), load(at + 3));
#else
		vec4 v = load4(row + column[i]);
#endif
		strip[i] = mix(vec4(OUTSIDE), v, within[i]);
	}
}
