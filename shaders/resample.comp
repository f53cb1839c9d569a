// Resizing and padding: each pixel is made of ROWS × COLUMNS input pixels. One
// invocation computes four pixels of a row of one plane. The tables hold, for each
// output row and each output column, pairs of a position and the bits of its
// weight; a negative position stands for the constant fill.

layout(local_size_x = LX, local_size_y = LY, local_size_z = LZ) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int outHeight;
	int outWidth;
	int planes;
	int rowTaps;    // tables
	int columnTaps;
	float fill;
};

void main() {
	int x = int(gl_GlobalInvocationID.x) * 4;
	int y = int(gl_GlobalInvocationID.y);
	int plane = int(gl_GlobalInvocationID.z);
	if (x >= outWidth || y >= outHeight || plane >= planes) {
		return;
	}
	int base = FROM(plane);
	vec4 sum = vec4(0.0);
	for (int i = 0; i < 4; i++) {
		int column = columnTaps + min(x + i, outWidth - 1) * COLUMNS * 2;
		for (int c = 0; c < COLUMNS; c++) {
			int ix = INDEX(column + 2 * c);
			float line = 0.0;
			for (int r = 0; r < ROWS; r++) {
				int row = rowTaps + (y * ROWS + r) * 2;
				int iy = INDEX(row);
				float v = fill;
				if (iy >= 0 && ix >= 0) {
					v = load(base + iy * from.w + ix);
				}
				line += intBitsToFloat(INDEX(row + 1)) * v;
			}
			sum[i] += intBitsToFloat(INDEX(column + 2 * c + 1)) * line;
		}
	}
	store4(TO(plane) + y * to.w + x, OTHER(plane) + y * added.w + x, sum);
}
