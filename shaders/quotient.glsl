// i over n, rounded down, of whole numbers: devices have no integer division, and what
// compilers make of it takes five times as many instructions as this. The half keeps whole
// quotients from coming out below themselves. Above 2^18, which launches know of (LARGE), the
// error of a division can be more than that half.
int quotient(int i, int n) {
#ifdef LARGE
	return i / n;
#else
	return int((float(i) + 0.5) / float(n));
#endif
}
