// The functions of network.Activation. kind is known when the shader is compiled.
vec4 function(int kind, vec4 x, float a, float b) {
	switch (kind) {
	case 1: // clamp
		return clamp(x, a, b);
	case 2: // leaky relu
		return max(x, vec4(0.0)) + a * min(x, vec4(0.0));
	case 3: // sigmoid
		return 1.0 / (1.0 + exp(-x));
	case 4: // hard sigmoid
		return clamp(a * x + b, 0.0, 1.0);
	case 5: // hard swish
		return x * clamp(x * (1.0 / 6.0) + 0.5, 0.0, 1.0);
	case 6: // silu
		return x / (1.0 + exp(-x));
	case 7: // tanh; beyond 15 it is 1 in float32, and exp need not be finite
		{
			vec4 e = exp(-2.0 * min(abs(x), vec4(15.0)));
			return sign(x) * (1.0 - e) / (1.0 + e);
		}
	case 8: // elu
		return max(x, vec4(0.0)) + a * (exp(min(x, vec4(0.0))) - 1.0);
	case 9: // softplus
		return max(x, vec4(0.0)) + log(1.0 + exp(-abs(x)));
	case 10: // exp
		return exp(x);
	case 11: // square root
		return sqrt(x);
	}
	return x;
}

#ifdef TRUNCATES
// Adds half of fp16's last bit, so that what then cuts off rounds to nearest; not to
// infinities and NaN.
vec4 nearest(vec4 v) {
	uvec4 bits = floatBitsToUint(v), most = uvec4(0x7f800000u);
	return uintBitsToFloat(bits + mix(uvec4(0x1000u), uvec4(0u), equal(bits & most, most)));
}
#endif

// Stores four pixels at a float offset of the output that is a multiple of four.
void put(int at, vec4 v) {
#ifdef TRUNCATES
	v = nearest(v);
#endif
#if defined(MAPS_TEXTURE)
	imageStore(target, ivec2(at >> 2 & 2047, at >> 13), v);
#elif defined(STORED_HALF)
	target[at >> 2] = uvec2(packHalf2x16(v.xy), packHalf2x16(v.zw));
#else
	target[at >> 2] = v;
#endif
}

// Stores them after the epilogue. other is the offset of what is added; with
// ADDED_LOOSE any.
void store4(int at, int other, vec4 v) {
#ifdef ADDED
#ifdef ADDED_LOOSE
	v += loadLoose(other);
#else
	v += load4(other);
#endif
#endif
#ifdef ACTIVATION
	v = function(ACTIVATION, v, curve.x, curve.y);
#endif
	put(at, v);
#ifdef RESULT
	results[at - resultBase >> 2] = v;
#endif
}
