//go:build !noasm

package simd

// A switch, and not a table of functions: through a pointer the arguments would
// escape to the heap.
func tile512(a *tileArgs, height, width, tail int) {
	switch height<<8 + width<<4 + tail {
	case 1<<8 + 1<<4:
		tile512x1x1(a)
	case 1<<8 + 1<<4 + 8:
		tile512x1x1t8(a)
	case 1<<8 + 2<<4:
		tile512x1x2(a)
	case 1<<8 + 3<<4:
		tile512x1x3(a)
	case 1<<8 + 3<<4 + 1:
		tile512x1x3t1(a)
	case 1<<8 + 3<<4 + 2:
		tile512x1x3t2(a)
	case 1<<8 + 3<<4 + 4:
		tile512x1x3t4(a)
	case 2<<8 + 1<<4:
		tile512x2x1(a)
	case 2<<8 + 1<<4 + 8:
		tile512x2x1t8(a)
	case 2<<8 + 2<<4:
		tile512x2x2(a)
	case 2<<8 + 3<<4:
		tile512x2x3(a)
	case 2<<8 + 3<<4 + 1:
		tile512x2x3t1(a)
	case 2<<8 + 3<<4 + 2:
		tile512x2x3t2(a)
	case 2<<8 + 3<<4 + 4:
		tile512x2x3t4(a)
	case 3<<8 + 1<<4:
		tile512x3x1(a)
	case 3<<8 + 1<<4 + 8:
		tile512x3x1t8(a)
	case 3<<8 + 2<<4:
		tile512x3x2(a)
	case 3<<8 + 3<<4:
		tile512x3x3(a)
	case 3<<8 + 3<<4 + 1:
		tile512x3x3t1(a)
	case 3<<8 + 3<<4 + 2:
		tile512x3x3t2(a)
	case 3<<8 + 3<<4 + 4:
		tile512x3x3t4(a)
	case 4<<8 + 1<<4:
		tile512x4x1(a)
	case 4<<8 + 1<<4 + 8:
		tile512x4x1t8(a)
	case 4<<8 + 2<<4:
		tile512x4x2(a)
	case 4<<8 + 3<<4:
		tile512x4x3(a)
	case 4<<8 + 3<<4 + 1:
		tile512x4x3t1(a)
	case 4<<8 + 3<<4 + 2:
		tile512x4x3t2(a)
	case 4<<8 + 3<<4 + 4:
		tile512x4x3t4(a)
	case 5<<8 + 1<<4:
		tile512x5x1(a)
	case 5<<8 + 1<<4 + 8:
		tile512x5x1t8(a)
	case 5<<8 + 2<<4:
		tile512x5x2(a)
	case 5<<8 + 3<<4:
		tile512x5x3(a)
	case 5<<8 + 3<<4 + 1:
		tile512x5x3t1(a)
	case 5<<8 + 3<<4 + 2:
		tile512x5x3t2(a)
	case 5<<8 + 3<<4 + 4:
		tile512x5x3t4(a)
	case 6<<8 + 1<<4:
		tile512x6x1(a)
	case 6<<8 + 1<<4 + 8:
		tile512x6x1t8(a)
	case 6<<8 + 2<<4:
		tile512x6x2(a)
	case 6<<8 + 3<<4:
		tile512x6x3(a)
	case 6<<8 + 3<<4 + 1:
		tile512x6x3t1(a)
	case 6<<8 + 3<<4 + 2:
		tile512x6x3t2(a)
	case 6<<8 + 3<<4 + 4:
		tile512x6x3t4(a)
	case 7<<8 + 1<<4:
		tile512x7x1(a)
	case 7<<8 + 1<<4 + 8:
		tile512x7x1t8(a)
	case 7<<8 + 2<<4:
		tile512x7x2(a)
	case 7<<8 + 3<<4:
		tile512x7x3(a)
	case 7<<8 + 3<<4 + 1:
		tile512x7x3t1(a)
	case 7<<8 + 3<<4 + 2:
		tile512x7x3t2(a)
	case 7<<8 + 3<<4 + 4:
		tile512x7x3t4(a)
	case 8<<8 + 1<<4:
		tile512x8x1(a)
	case 8<<8 + 1<<4 + 8:
		tile512x8x1t8(a)
	case 8<<8 + 2<<4:
		tile512x8x2(a)
	case 8<<8 + 3<<4:
		tile512x8x3(a)
	case 8<<8 + 3<<4 + 1:
		tile512x8x3t1(a)
	case 8<<8 + 3<<4 + 2:
		tile512x8x3t2(a)
	case 8<<8 + 3<<4 + 4:
		tile512x8x3t4(a)
	}
}

func tile256(a *tileArgs, height, width int) {
	switch height*4 + width {
	case 1*4 + 1:
		tile256x1x1(a)
	case 1*4 + 2:
		tile256x1x2(a)
	case 2*4 + 1:
		tile256x2x1(a)
	case 2*4 + 2:
		tile256x2x2(a)
	case 3*4 + 1:
		tile256x3x1(a)
	case 3*4 + 2:
		tile256x3x2(a)
	case 4*4 + 1:
		tile256x4x1(a)
	case 4*4 + 2:
		tile256x4x2(a)
	case 5*4 + 1:
		tile256x5x1(a)
	case 5*4 + 2:
		tile256x5x2(a)
	case 6*4 + 1:
		tile256x6x1(a)
	case 6*4 + 2:
		tile256x6x2(a)
	}
}

func tile256full(a *tileArgs, height, width, tail int) {
	switch height<<8 + width<<4 + tail {
	case 1<<8 + 1<<4:
		tile256fullx1x1(a)
	case 1<<8 + 1<<4 + 1:
		tile256fullx1x1t1(a)
	case 1<<8 + 2<<4:
		tile256fullx1x2(a)
	case 1<<8 + 2<<4 + 1:
		tile256fullx1x2t1(a)
	case 2<<8 + 1<<4:
		tile256fullx2x1(a)
	case 2<<8 + 1<<4 + 1:
		tile256fullx2x1t1(a)
	case 2<<8 + 2<<4:
		tile256fullx2x2(a)
	case 2<<8 + 2<<4 + 1:
		tile256fullx2x2t1(a)
	case 3<<8 + 1<<4:
		tile256fullx3x1(a)
	case 3<<8 + 1<<4 + 1:
		tile256fullx3x1t1(a)
	case 3<<8 + 2<<4:
		tile256fullx3x2(a)
	case 3<<8 + 2<<4 + 1:
		tile256fullx3x2t1(a)
	case 4<<8 + 1<<4:
		tile256fullx4x1(a)
	case 4<<8 + 1<<4 + 1:
		tile256fullx4x1t1(a)
	case 4<<8 + 2<<4:
		tile256fullx4x2(a)
	case 4<<8 + 2<<4 + 1:
		tile256fullx4x2t1(a)
	case 5<<8 + 1<<4:
		tile256fullx5x1(a)
	case 5<<8 + 1<<4 + 1:
		tile256fullx5x1t1(a)
	case 5<<8 + 2<<4:
		tile256fullx5x2(a)
	case 5<<8 + 2<<4 + 1:
		tile256fullx5x2t1(a)
	case 6<<8 + 1<<4:
		tile256fullx6x1(a)
	case 6<<8 + 1<<4 + 1:
		tile256fullx6x1t1(a)
	case 6<<8 + 2<<4:
		tile256fullx6x2(a)
	case 6<<8 + 2<<4 + 1:
		tile256fullx6x2t1(a)
	}
}

func columnTiles(a *tileArgs, l Level, height int) {
	switch {
	case l == AVX512 && height == 1:
		columns512x1x3(a)
	case l == AVX512 && height == 2:
		columns512x2x3(a)
	case l == AVX512 && height == 3:
		columns512x3x3(a)
	case l == AVX512 && height == 4:
		columns512x4x3(a)
	case l == AVX512 && height == 5:
		columns512x5x3(a)
	case l == AVX512 && height == 6:
		columns512x6x3(a)
	case l == AVX512 && height == 7:
		columns512x7x3(a)
	case l == AVX512 && height == 8:
		columns512x8x3(a)
	case l == AVX2 && height == 1:
		columns256fullx1x2(a)
	case l == AVX2 && height == 2:
		columns256fullx2x2(a)
	case l == AVX2 && height == 3:
		columns256fullx3x2(a)
	case l == AVX2 && height == 4:
		columns256fullx4x2(a)
	case l == AVX2 && height == 5:
		columns256fullx5x2(a)
	case l == AVX2 && height == 6:
		columns256fullx6x2(a)
	}
}
