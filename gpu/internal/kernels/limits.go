package kernels

// Limits are a device's limits that launches must keep.
type Limits struct {
	WorkGroupCount       [3]int // groups a launch
	WorkGroupSize        [3]int // invocations a group, along each axis
	WorkGroupInvocations int    // invocations a group, in all
	StorageBlockSize     int    // bytes
	TextureSize          int    // width and height
	TextureBufferSize    int    // texels
}

// SpecMinimum is what every OpenGL ES 3.1 device has: no kernel's work groups are larger.
var SpecMinimum = Limits{
	WorkGroupCount:       [3]int{65535, 65535, 65535},
	WorkGroupSize:        [3]int{128, 128, 64},
	WorkGroupInvocations: 128,
	StorageBlockSize:     1 << 27,
	TextureSize:          2048,
}
