// The functions of network.Activation. kind is known when the shader is compiled.
VEC function(int kind, VEC x, float a, float b) {
	switch (kind) {
	case 1: // clamp
		return clamp(x, a, b);
	case 2: // leaky relu
		return max(x, VEC(0.0)) + a * min(x, VEC(0.0));
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
			VEC e = exp(-2.0 * min(abs(x), VEC(15.0)));
			return sign(x) * (1.0 - e) / (1.0 + e);
		}
	case 8: // elu
		return max(x, VEC(0.0)) + a * (exp(min(x, VEC(0.0))) - 1.0);
	case 9: // softplus
		return max(x, VEC(0.0)) + log(1.0 + exp(-abs(x)));
	case 10: // exp
		return exp(x);
	case 11: // square root
		return sqrt(x);
	}
	return x;
}

#ifdef ALIGNED
// Stores four pixels of a row at a float offset of the output, after the epilogue.
// other is the offset of what is added. width is how many of the four there are.
void storeRow(int at, int other, vec4 v, int width) {
#ifdef ADDED
	v += vec4(source[other], source[other + 1], source[other + 2], source[other + 3]);
#endif
#ifdef ACTIVATION
	v = vec4(function(ACTIVATION, v.x, curve.x, curve.y), function(ACTIVATION, v.y, curve.x, curve.y),
		function(ACTIVATION, v.z, curve.x, curve.y), function(ACTIVATION, v.w, curve.x, curve.y));
#endif
	target[at / 4] = v;
}
#else
// Stores v at a float offset of the output, after the epilogue. other is the
// offset of what is added.
void store(int at, int other, VEC v) {
#ifdef ADDED
	v += source[other / LANES];
#endif
#ifdef ACTIVATION
	v = function(ACTIVATION, v, curve.x, curve.y);
#endif
	target[at / LANES] = v;
}

#ifdef SCALAR
void storeRow(int at, int other, vec4 v, int width) {
	for (int i = 0; i < 4; i++) {
		if (i < width) {
			store(at + i, other + i, v[i]);
		}
	}
}
#endif
#endif
