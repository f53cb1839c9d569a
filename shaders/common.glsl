// What every kernel shares: the buffers, how operands are addressed, and the
// epilogue  result = activation(result + added).

// Maps lie in one arena, as vec4s of four pixels that follow each other in a row.
// Rows and planes begin at whole vec4s; kernels store whole vec4s, and what is
// beyond a row's end is its own padding. The arena is a buffer, or a texture
// (MAPS_TEXTURE), or a buffer that is read as the texels of one, as are weights and tables
// (BY_TEXELS), and its elements are fp32 or fp16 (STORED_HALF). Arithmetic is fp32, but
// for products with HALF_ARITHMETIC.
#ifdef STORED_HALF
#define STORED uvec2
#define IMAGE rgba16f
#else
#define STORED vec4
#define IMAGE rgba32f
#endif

// With HALF_ARITHMETIC factors are mediump (TERM), which is to be 16 bits, and so is the sum
// of a few products, a part of the whole sum, which is fp32. All products of a part follow
// each other, as there are no registers for the parts of all sums at once.
#ifdef HALF_ARITHMETIC
#define TEXEL mediump
#define TERM mediump vec4
#else
#define TEXEL highp
#define TERM vec4
#endif
#define TERM2 vec4 // a pool beside or behind has no products

#ifdef MIDDLE_IN_MAPS // see middle.glsl
#define AGAIN coherent
#else
#define AGAIN
#endif
#ifdef MAPS_TEXTURE
#ifdef BY_IMAGE
layout(binding = 2, IMAGE) AGAIN readonly uniform highp image2D source; // 2048 wide
#define FETCH(texels, at) imageLoad(texels, at)
#else
layout(binding = 1) uniform TEXEL sampler2D source; // 2048 wide
#define FETCH(texels, at) texelFetch(texels, at, 0)
#endif
layout(binding = 0, IMAGE) AGAIN writeonly uniform highp image2D target;
#else
#ifdef BY_TEXELS
layout(binding = 1) uniform TEXEL samplerBuffer source;
#else
layout(std430, binding = 0) readonly buffer Source { STORED source[]; };
#endif
layout(std430, binding = 1) AGAIN writeonly buffer Target { STORED target[]; };
#endif

// Whose programs keep sums in memory and mask each store to them.
#if defined(BY_IMAGE) || defined(BY_TEXELS)
#define SOFTWARE
#endif

// Tables, and what launches keep for themselves (SCRATCH). A loop that takes U entries at a time
// has them as VECTORS of so many, where no other table is read.
#if defined(INDEX_VECTORS)
#if U == 4
#define VECTOR ivec4
#else
#define VECTOR ivec2
#endif
layout(std430, binding = 3) readonly buffer Index { VECTOR index[]; };
#elif defined(SCRATCH)
layout(std430, binding = 3) coherent buffer Index { int index[]; };
#else
layout(std430, binding = 3) readonly buffer Index { int index[]; };
#endif
#ifdef BY_TEXELS
layout(binding = 5) uniform highp isamplerBuffer tables; // the same
#define INDEX(i) texelFetch(tables, i).x
#else
#define INDEX(i) index[i]
#endif

// A texture cannot be mapped, so what the CPU wants of one (RESULT) is in a buffer
// too, as fp32, from float resultBase of the arena on.
#if defined(RESULT) || defined(RESULT2)
layout(std430, binding = 1) writeonly buffer Results { vec4 results[]; };
#endif

// Weights come through the texture unit, which works beside the one that loads
// from buffers; or, where they are many and read once, from a WEIGHT_BUFFER. PAIRED are
// two vec4s of halves a texel: half the fetches, and instructions to unpack them. TWINS lie
// in two textures, in turns: a place for two, and on Mali one instruction. BY_IMAGE
// weights, and maps in a texture, are images, which software renderers load faster, and
// BY_TEXELS what they load fastest.
#ifdef WEIGHT_BUFFER
layout(std430, binding = 2) readonly buffer Weights { STORED weights[]; };
#else
#if defined(BY_IMAGE)
layout(binding = 1, IMAGE) readonly uniform highp image2D weightTexels; // 2048 wide
#elif defined(BY_TEXELS)
layout(binding = 0) uniform TEXEL samplerBuffer weightTexels;
#elif defined(PAIRED)
layout(binding = 0) uniform highp usampler2D weightTexels; // 2048 wide
#elif defined(TWINS)
layout(binding = 6) uniform TEXEL sampler2D weightTexels; // 2048 wide
layout(binding = 7) uniform TEXEL sampler2D weightTwins;  // the same
#else
layout(binding = 0) uniform TEXEL sampler2D weightTexels; // 2048 wide
#endif
#endif

// An operand's planes lie at base + plane·stride (x, y), or where the index table
// at z says if z is not negative. Rows are w apart. All count floats.
#define OPERANDS ivec4 from; ivec4 to; ivec4 added; vec2 curve; int weightBase; int resultBase;

// Where a plane of an operand lies. Which operands have tables is known when the
// shader is compiled.
#ifdef FROM_TABLE
#define FROM(plane) INDEX(from.z + (plane))
#else
#define FROM(plane) (from.x + (plane) * from.y)
#endif
#ifdef TO_TABLE
#define TO(plane) INDEX(to.z + (plane))
#else
#define TO(plane) (to.x + (plane) * to.y)
#endif
#ifdef ADDED_TABLE
#define OTHER(plane) INDEX(added.z + (plane))
#else
#define OTHER(plane) (added.x + (plane) * added.y)
#endif

// A pool that a convolution's launch does BESIDE it has operands of its own: see
// beside.glsl. Its planes are those of all samples.
#ifdef BESIDE
#define POOLED ivec4 from2; ivec4 to2; ivec4 counted2; vec2 curve2; int height2; int width2; int top2; int planes2; int resultBase2;
#ifdef FROM_TABLE2
#define FROM2(plane) INDEX(from2.z + (plane))
#else
#define FROM2(plane) (from2.x + (plane) * from2.y)
#endif
#ifdef TO_TABLE2
#define TO2(plane) INDEX(to2.z + (plane))
#else
#define TO2(plane) (to2.x + (plane) * to2.y)
#endif
#ifdef FROM_LOOSE2
#define READ2(at) loadLoose(at)
#else
#define READ2(at) load4(at)
#endif
#endif

// Four elements of a buffer.
vec4 unpacked(STORED v) {
#ifdef STORED_HALF
	return vec4(unpackHalf2x16(v.x), unpackHalf2x16(v.y));
#else
	return v;
#endif
}

// Vec4 i of the maps.
vec4 fetch4(int i) {
#ifdef MAPS_TEXTURE
	return FETCH(source, ivec2(i & 2047, i >> 11));
#elif defined(BY_TEXELS)
	return texelFetch(source, i);
#else
	return unpacked(source[i]);
#endif
}

// Four pixels from a float offset on that is a multiple of four.
vec4 load4(int at) {
	return fetch4(at >> 2);
}

// One pixel at a float offset.
float load(int at) {
#if defined(MAPS_TEXTURE) || defined(BY_TEXELS)
	return load4(at)[at & 3];
#elif defined(STORED_HALF)
	return unpackHalf2x16(source[at >> 2][at >> 1 & 1])[at & 1];
#else
	return source[at >> 2][at & 3];
#endif
}

// Four pixels from any float offset on.
vec4 loadLoose(int at) {
	return vec4(load(at), load(at + 1), load(at + 2), load(at + 3));
}

// Four pixels of a row of the input.
#ifdef FROM_LOOSE
#define READ(at) loadLoose(at)
#else
#define READ(at) load4(at)
#endif
