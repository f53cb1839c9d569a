#ifdef WEIGHT_BUFFER
#define PLACE int
#define AFTER(place, k) unpacked(weights[place + (k)])
#elif defined(BY_TEXELS)
#define PLACE int
#define AFTER(place, k) texelFetch(weightTexels, (place) + (k))
#elif defined(BY_IMAGE)
#define PLACE ivec2
#define AFTER(place, k) imageLoad(weightTexels, place + ivec2(k, 0))
#elif defined(PAIRED) // places are even, so that the compiler knows which half of a texel is meant
#define PLACE ivec2
#define AFTER(place, k) oneOf(texelFetch(weightTexels, place + ivec2((k) >> 1, 0), 0), k)

vec4 oneOf(uvec4 pair, int k) {
	return unpacked((k & 1) == 0 ? pair.xy : pair.zw);
}
#else
#define PLACE ivec2
#define AFTER(place, k) texelFetch(weightTexels, place + ivec2(k, 0), 0)
#endif

// Vec4 q of the factors of input channel u of those from w on, which lie QS apart, where
// first is w's place.
#ifdef U
#if U * QS > 8
#define FACTORS(u, q) AFTER(place(w + (u) * QS), q)
#else
#define FACTORS(u, q) AFTER(first, (u) * QS + (q))
#endif
#endif

// Where weight i lies, for AFTER, which gives those behind it: up to seven, and
// none beyond a multiple of eight.
PLACE place(int i) {
#ifdef WEIGHT_BUFFER
	return i;
#elif defined(BY_TEXELS)
	return weightBase + i;
#else
	i += weightBase;
#ifdef PAIRED
	i >>= 1;
#endif
	return ivec2(i & 2047, i >> 11);
#endif
}

#ifndef PAIRED
vec4 weight(int i) {
	return AFTER(place(i), 0);
}
#endif
