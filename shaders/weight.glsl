vec4 weight(int i) {
#ifdef WEIGHT_BUFFER
	return weights[i];
#else
	i += weightBase;
	return texelFetch(weightTexels, ivec2(i & 2047, i >> 11), 0);
#endif
}

