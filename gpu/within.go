package gpu

import (
	"fmt"

	"github.com/shufflegl/shufflegl/shaders"
)

// Exceeded lists what a shader declares beyond the limits, in words, or nothing.
// SpecMinimum.Exceeded tells what keeps it from running on any OpenGL ES 3.1 device.
func (l *Limits) Exceeded(r *shaders.Resources) []string {
	var beyond []string
	check := func(have, most int, what string) {
		if have > most {
			beyond = append(beyond, fmt.Sprintf("%d %s, at most %d", have, what, most))
		}
	}
	if r.Version > 10*l.Version {
		beyond = append(beyond, fmt.Sprintf("the language of OpenGL ES %d.%d", r.Version/100, r.Version/10%10))
	}
	for i, axis := range []string{"x", "y", "z"} {
		check(r.WorkGroup[i], l.WorkGroupSize[i], "invocations along "+axis)
	}
	check(r.Invocations(), l.WorkGroupInvocations, "invocations a work group")
	check(r.SharedBytes, l.SharedMemory, "bytes of shared memory")
	check(r.StorageBlocks, l.StorageBlocks, "storage blocks")
	check(r.StorageBindings, l.StorageBindings, "storage binding points")
	check(r.UniformBlocks, l.UniformBlocks, "uniform blocks")
	check(r.UniformBlockBytes, l.UniformBlockSize, "bytes in a uniform block")
	check(r.UniformComponents, l.UniformComponents, "uniforms outside blocks")
	check(r.Images, l.ComputeImages, "images")
	check(r.ImageUnits, l.ImageUnits, "image units")
	check(r.Samplers, l.TextureUnits, "textures")
	check(r.TextureUnits, l.TextureUnits, "texture units")
	for _, e := range r.Extensions {
		beyond = append(beyond, "the extension "+e)
	}
	return beyond
}
