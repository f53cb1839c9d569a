// A sliding maximum or average of a plane, at four output pixels of row y from
// column x on. Maxima have OUTSIDE defined as less than any pixel.

#ifdef AVERAGE
#define COMBINE(a, b) ((a) + (b))

// How many of first, first + step, ... are below end, of so many.
ivec4 below(int end, ivec4 first, int step, int count) {
	return min((max(end - first, 0) + step - 1) / step, count);
}
#else
#define COMBINE(a, b) max(a, b)
#endif

vec4 pooled(int base, int y, int x) {
	vec4 result = vec4(OUTSIDE);
	aim(x);
	for (int ky = 0; ky < KH; ky++) {
		int iy = y * SY - top + ky * DY;
		if (iy < 0 || iy >= height) {
			continue;
		}
		Strip strip;
		fetch(base + iy * from.w, strip);
		for (int kx = 0; kx < KW; kx++) {
			result = COMBINE(result, UNDER(strip, kx));
		}
	}
#ifdef AVERAGE
	ivec4 row = ivec4(y * SY - top);
	ivec4 column = (x + ivec4(0, 1, 2, 3)) * SX - LEFT;
	ivec4 rows = below(counted.y, row, DY, KH) - below(counted.x, row, DY, KH);
	ivec4 columns = below(counted.w, column, DX, KW) - below(counted.z, column, DX, KW);
	result /= vec4(max(rows * columns, 1));
#endif
	return result;
}
