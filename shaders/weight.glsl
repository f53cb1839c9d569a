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
#elif defined(TWINS) // places are even here too, and what textureLod wants: columns and rows over their number
#define PLACE vec2
#define AFTER(place, k) (((k) & 1) == 0 ? textureLod(weightTexels, along(place, k), 0.0) : textureLod(weightTwins, along(place, k), 0.0))

vec2 along(vec2 place, int k) {
	return vec2(place.x + float(k >> 1) / 2048.0, place.y);
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
#if defined(PAIRED) || defined(TWINS)
	i >>= 1;
#endif
#ifdef TWINS
	return (vec2(i & 2047, i >> 11) + 0.5) / vec2(2048, textureSize(weightTexels, 0).y);
#else
	return ivec2(i & 2047, i >> 11);
#endif
#endif
}

// A loop goes through weights by SPOTs: from that of weight i on, by n weights, each of which
// has a place. TWINS have columns counted on through rows, as textures begin anew at their ends.
#ifdef TWINS
#define SPOT vec2

SPOT spot(int i) {
	return place(i);
}

SPOT further(SPOT s, int n) {
	return vec2(s.x + float(n) / 4096.0, s.y);
}

PLACE place(SPOT s) {
	return vec2(s.x, s.y + floor(s.x) / float(textureSize(weightTexels, 0).y));
}
#else
#define SPOT int

SPOT spot(int i) {
	return i;
}

SPOT further(SPOT i, int n) {
	return i + n;
}
#endif

#if !defined(PAIRED) && !defined(TWINS)
vec4 weight(int i) {
	return AFTER(place(i), 0);
}
#endif
