// A sliding maximum or average of a plane, at four output pixels of row y from
// column x on. Maxima have OUTSIDE defined as less than any pixel.

#ifdef AVERAGE
#define COMBINE(a, b) ((a) + (b))
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
	result /= pixels(y, x);
#endif
	return result;
}
