// Convolution with a KH×KW kernel, any stride, dilation, padding and groups. One
// invocation computes OC output channels of one group at four pixels of PX rows.
// Weights: for each tile of OC channels OC factors for each input channel, kernel
// row and kernel column, then the OC biases. Each OC lie in QS vec4s.

layout(local_size_x = LX, local_size_y = LY) in;

layout(std140, binding = 0) uniform Params {
	OPERANDS
	int height; // of the input
	int width;
	int outHeight;
	int outWidth;
	int top;     // padding
	int tiles;   // of OC output channels, in one group
	int inputs;  // input channels of one group
	int outputs; // output channels of one group
	int tileWeights; // vec4s
};

// Where even eight channels are too many, a plane's base is looked up for each row rather
// than kept, and those with nothing to do compute along, as loops that all run are cheaper.
#if defined(SPARING) && OC == 4
#define SCARCE
#endif

void main() {
	int strips = (outWidth + 3) / 4;
	int cell = int(gl_GlobalInvocationID.x);
	int tile = int(gl_GlobalInvocationID.y);
	int slab = int(gl_GlobalInvocationID.z); // sample · groups + group
	int band = quotient(cell, strips);
	int y = band * PX;
	int x = (cell - band * strips) * 4;
	bool mine = y < outHeight && tile < tiles;
#ifdef SCARCE
	tile = min(tile, tiles - 1);
#else
	if (!mine) {
		return;
	}
#endif
	int w = (slab % GROUPS * tiles + tile) * tileWeights;

	vec4 sum[OC * PX];
	for (int q = 0; q < Q; q++) {
		vec4 b = weight(w + inputs * KH * KW * QS + q);
		for (int p = 0; p < PX; p++) {
			for (int i = 0; i < 4; i++) {
				sum[(4 * q + i) * PX + p] = vec4(b[i]);
			}
		}
	}
	aim(x);
	// loop inputs
	for (int c = 0; c < inputs; c++) {
#ifndef SCARCE
		int base = FROM(slab * inputs + c);
#endif
#if defined(SOFTWARE) && !defined(SPARING) && !defined(WIDE) && SY == 1 && DY == 1 && KH * KW <= 9 // sums are taken up once for all products of a channel
		Strip strip[PX + KH - 1];
		for (int r = 0; r < PX + KH - 1; r++) {
			int iy = y - top + r;
			if (uint(iy) < uint(height)) {
				fetch(base + iy * from.w, strip[r]);
			} else {
				blank(strip[r]);
			}
		}
		// unroll
		for (int q = 0; q < Q; q++) {
			vec4 f[KH * KW];
			// unroll
			for (int ky = 0; ky < KH; ky++) {
				// unroll
				for (int kx = 0; kx < KW; kx++) {
					f[ky * KW + kx] = AFTER(place(w + (ky * KW + kx) * QS), q);
				}
			}
			// unroll
			for (int p = 0; p < PX; p++) {
				for (int i = 0; i < 4; i++) {
					vec4 part = vec4(0.0);
					// unroll
					for (int ky = 0; ky < KH; ky++) {
						// unroll
						for (int kx = 0; kx < KW; kx++) {
							part = ky + kx == 0 ? f[0][i] * UNDER(strip[p], 0) : part + f[ky * KW + kx][i] * UNDER(strip[p + ky], kx);
						}
					}
					sum[(4 * q + i) * PX + p] += part;
				}
			}
		}
		w += KH * KW * QS;
#else
		for (int ky = 0; ky < KH; ky++) {
			Strip strip[PX];
			for (int p = 0; p < PX; p++) {
				int iy = (y + p) * SY - top + ky * DY;
				if (uint(iy) < uint(height)) {
#ifdef SCARCE
					int base = FROM(slab * inputs + c);
#endif
					fetch(base + iy * from.w, strip[p]);
				} else {
					blank(strip[p]);
				}
			}
#ifdef SOFTWARE // sums are taken up once for the products of a row
			// unroll
			for (int q = 0; q < Q; q++) {
				vec4 f[KW];
				// unroll
				for (int kx = 0; kx < KW; kx++) {
					f[kx] = AFTER(place(w + kx * QS), q);
				}
				for (int i = 0; i < 4; i++) {
					for (int p = 0; p < PX; p++) {
						vec4 part;
						// unroll
						for (int kx = 0; kx < KW; kx++) {
							part = kx == 0 ? f[kx][i] * UNDER(strip[p], kx) : part + f[kx][i] * UNDER(strip[p], kx);
						}
						sum[(4 * q + i) * PX + p] += part;
					}
				}
			}
			w += KW * QS;
#else
			// unroll
			for (int kx = 0; kx < KW; kx++) {
				PLACE first = place(w);
				for (int q = 0; q < Q; q++) {
					vec4 f = AFTER(first, q);
					for (int p = 0; p < PX; p++) {
						vec4 v = UNDER(strip[p], kx);
						for (int i = 0; i < 4; i++) {
							sum[(4 * q + i) * PX + p] += f[i] * v;
						}
					}
				}
				w += QS;
			}
#endif
		}
#endif
	}

#ifdef SCARCE
	if (!mine) {
		return;
	}
#endif
	// unroll
	for (int o = 0; o < OC; o++) {
		int plane = slab * outputs + tile * OC + o;
		for (int p = 0; p < PX; p++) {
			if (tile * OC + o < outputs && (p == 0 || y + p < outHeight)) {
				store4(TO(plane) + (y + p) * to.w + x, OTHER(plane) + (y + p) * added.w + x, sum[o * PX + p]);
			}
		}
	}
}
