#ifdef WEIGHT_BUFFER
#define PLACE int
#define AFTER(place, k) unpacked(weights[place + (k)])
#else
#define PLACE ivec2
#define AFTER(place, k) texelFetch(weightTexels, place + ivec2(k, 0), 0)
#endif

// Where weight i lies, for AFTER, which gives those behind it: up to seven, and
// none beyond a multiple of eight.
PLACE place(int i) {
#ifdef WEIGHT_BUFFER
	return i;
#else
	i += weightBase;
	return ivec2(i & 2047, i >> 11);
#endif
}

vec4 weight(int i) {
	return AFTER(place(i), 0);
}
