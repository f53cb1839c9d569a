// A photo becomes the network's input: scaled, cut or given borders, normalised,
// and split into planes. It is tensor.Preprocess over again, with the same taps and
// the same integers, so that colours are equal to the bit. One invocation computes
// four pixels of a row of all three planes.
//
// The index tables are of taps. A tap says between which two pixels of a line of the
// photo a pixel of the input lies: the number of the first, and in the upper 16 bits
// how far, in 1/2048.

layout(local_size_x = LX, local_size_y = LY) in;

layout(std140, binding = 0) uniform Params {
	ivec4 planes; // where red, green and blue begin in the arena; the distance of rows
	ivec4 inside; // what the photo covers of the input: left, top, width, height
	ivec4 taps;   // where those of columns, rows, chroma columns and chroma rows begin
	ivec4 last;   // the last column and row that there are of the photo; of its chroma
	vec4 fill;    // the colour elsewhere, as 0..255
	vec4 mean;
	vec4 scale;
	ivec2 size;   // of the input: width, height
};

#if defined(EXTERNAL)
layout(binding = 2) uniform highp samplerExternalOES photo;
#else
layout(binding = 2) uniform highp sampler2D photo;
#endif
#ifdef YCBCR
layout(binding = 3) uniform highp sampler2D photoBlue; // or PAIRS of both
#ifndef PAIRS
layout(binding = 4) uniform highp sampler2D photoRed;
#endif
#endif

// Weighs four neighbours, two above and two below, u/2048 to the right and v/2048
// down. The result is in units of 1/2^22.
ivec3 blend(ivec3 a, ivec3 b, ivec3 c, ivec3 d, int u, int v) {
	ivec3 top = (a << 11) + (b - a) * u;
	ivec3 bottom = (c << 11) + (d - c) * u;
	return (top << 11) + (bottom - top) * v;
}

#ifdef YCBCR
ivec3 luma(int x, int y) {
	return ivec3(texelFetch(photo, ivec2(x, y), 0).r * 255.0 + 0.5);
}

ivec3 chroma(int x, int y) {
#ifdef PAIRS
	vec2 c = texelFetch(photoBlue, ivec2(x, y), 0).rg;
#else
	vec2 c = vec2(texelFetch(photoBlue, ivec2(x, y), 0).r, texelFetch(photoRed, ivec2(x, y), 0).r);
#endif
	return ivec3(vec3(0.0, c * 255.0 + 0.5));
}

// k·x / 65536, rounded down, without 64 bits: k is less than 65536.
int times(int k, int x) {
	return k * (x >> 16) + int(uint(k) * uint(x & 0xffff) >> 16);
}

// k·x / 65536 + l·y / 65536, rounded up once.
int sum(int k, int x, int l, int y) {
	uint p = uint(k) * uint(x & 0xffff);
	uint q = uint(l) * uint(y & 0xffff);
	uint low = (p & 0xffffu) + (q & 0xffffu) + 0xffffu;
	return k * (x >> 16) + l * (y >> 16) + int((p >> 16) + (q >> 16) + (low >> 16));
}

// The full-range BT.601 of JPEG, from and to units of 1/2^22.
ivec3 colour(ivec3 y) {
	int l = y.x + (1 << 21);
	int b = y.y - (128 << 22);
	int r = y.z - (128 << 22);
	return ivec3(l + r + times(26345, r), l - sum(22554, b, 46802, r), l + b + times(50594, b));
}
#else
ivec3 pixel(int x, int y) {
	vec4 c = texelFetch(photo, ivec2(x, y), 0);
#if defined(GRAY)
	return ivec3(c.r * 255.0 + 0.5);
#elif defined(STRAIGHT) // alpha is not multiplied in
	ivec4 i = ivec4(c * 255.0 + 0.5);
	ivec3 v = i.rgb * i.a + 127;
	return v + 1 + (v >> 8) >> 8; // v / 255, for all that v can be
#else
	return ivec3(c.rgb * 255.0 + 0.5);
#endif
}
#endif

// The colour, as 0..255, of a pixel that the photo covers.
ivec3 sampled(int x, int y) {
	int column = index[taps.x + x];
	int row = index[taps.y + y];
	ivec2 i = ivec2(column, row) & 0xffff;
	ivec2 j = min(i + 1, last.xy);
	ivec2 w = ivec2(column, row) >> 16;
#ifdef YCBCR
	ivec3 c = blend(luma(i.x, i.y), luma(j.x, i.y), luma(i.x, j.y), luma(j.x, j.y), w.x, w.y);
	column = index[taps.z + x];
	row = index[taps.w + y];
	i = ivec2(column, row) & 0xffff;
	j = min(i + 1, last.zw);
	w = ivec2(column, row) >> 16;
	ivec3 k = blend(chroma(i.x, i.y), chroma(j.x, i.y), chroma(i.x, j.y), chroma(j.x, j.y), w.x, w.y);
	return clamp(colour(ivec3(c.x, k.yz)) >> 22, 0, 255);
#else
	return blend(pixel(i.x, i.y), pixel(j.x, i.y), pixel(i.x, j.y), pixel(j.x, j.y), w.x, w.y) + (1 << 21) >> 22;
#endif
}

// The normalised colour of a pixel of the input.
vec3 seen(int x, int y) {
	vec3 c = fill.rgb;
	ivec2 at = ivec2(x, y) - inside.xy;
	if (at.x >= 0 && at.y >= 0 && at.x < inside.z && at.y < inside.w) {
		c = vec3(sampled(at.x, at.y));
	}
	return (c - mean.rgb) * scale.rgb;
}

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y);
	if (x >= size.x || y >= size.y) {
		return;
	}
	vec3 a = seen(x, y);
	vec3 b = seen(x + 1, y);
	vec3 c = seen(x + 2, y);
	vec3 d = seen(x + 3, y);
	int place = y * planes.w + x;
	store4(planes.x + place, 0, vec4(a.r, b.r, c.r, d.r));
	store4(planes.y + place, 0, vec4(a.g, b.g, c.g, d.g));
	store4(planes.z + place, 0, vec4(a.b, b.b, c.b, d.b));
}
