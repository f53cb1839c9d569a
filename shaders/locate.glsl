// The offset of row number i of a tensor that is seen as planes of h rows.
int locate(ivec4 view, int h, int i) {
	int plane = i / h;
	int base = view.z < 0 ? view.x + plane * view.y : INDEX(view.z + plane);
	return base + (i - plane * h) * view.w;
}
