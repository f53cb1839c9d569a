// Stores v at a float offset of the output, after the epilogue. other is the
// offset of what is added.
void store(int at, int other, VEC v) {
#ifdef ADDED
	v += source[other / LANES];
#endif
#ifdef CLAMPED
	v = clamp(v, limits.x, limits.y);
#endif
	target[at / LANES] = v;
}
