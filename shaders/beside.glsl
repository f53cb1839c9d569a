// Does four output pixels, of row y from column x on, of a plane of the pool beside.
void poolBeside(int plane, int y, int x) {
	vec4 v = pooled2(FROM2(plane), y, x);
#ifdef ACTIVATION2
	v = function(ACTIVATION2, v, curve2.x, curve2.y);
#endif
	int at = TO2(plane) + y * to2.w + x;
	put(at, v);
#ifdef RESULT2
	results[at - resultBase2 >> 2] = v;
#endif
}
