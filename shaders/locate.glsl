// The offset of element i, counted in row-major order, of a tensor seen as planes
// of h rows of w, whose columns are columnStride apart. Needed where operands are
// cut into planes differently.
int locate(ivec4 view, int h, int w, int columnStride, int i) {
	int plane = i / (h * w);
	int at = i - plane * h * w;
	int base = view.z < 0 ? view.x + plane * view.y : index[view.z + plane];
	return base + at / w * view.w + at % w * columnStride;
}
