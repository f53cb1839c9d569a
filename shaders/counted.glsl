// How many pixels count in the averages of four windows, those of row y from column x
// on: counted has the first row, the one below the last, and columns likewise.

// How many of first, first + step, ... are below end, of so many.
ivec4 below(int end, ivec4 first, int step, int count) {
	return min((max(end - first, 0) + step - 1) / step, count);
}

vec4 pixels(int y, int x) {
	ivec4 row = ivec4(y * SY - top);
	ivec4 column = (x + ivec4(0, 1, 2, 3)) * SX - LEFT;
	ivec4 rows = below(counted.y, row, DY, KH) - below(counted.x, row, DY, KH);
	ivec4 columns = below(counted.w, column, DX, KW) - below(counted.z, column, DX, KW);
	return vec4(max(rows * columns, 1));
}
