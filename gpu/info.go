package gpu

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/gpu/internal/kernels"
)

// Info describes a device.
type Info struct {
	Vendor, Renderer string
	like             string // in tests, another renderer whose defaults are used
	Version          string // GL_VERSION
	GLSLVersion      string
	Context          string   // what made the context, such as "EGL surfaceless"
	Extensions       []string // sorted; do not change
	Limits           Limits   // the driver's, clamped by Options.Limits
	DriverLimits     Limits   // the driver's own
	Precision        Precision
	Maps             Maps // Options.Maps, or what it means here if that is MapsAuto
	// TimerQuery says whether launches can be timed on the GPU.
	TimerQuery bool
	// ProgramBinaryFormats counts the formats of compiled programs that the
	// driver can save; 0 is none.
	ProgramBinaryFormats int
	// Software says that the renderer is known to run on the CPU.
	Software bool
}

// HasExtension reports whether the driver has the extension, which is named
// with its GL_ prefix.
func (i *Info) HasExtension(name string) bool {
	_, ok := slices.BinarySearch(i.Extensions, name)
	return ok
}

func queryInfo(gl gles.API, kind string) Info {
	info := Info{
		Vendor:      gl.GetString(gles.VENDOR),
		Renderer:    gl.GetString(gles.RENDERER),
		Version:     gl.GetString(gles.VERSION),
		GLSLVersion: gl.GetString(gles.SHADING_LANGUAGE_VERSION),
		Context:     kind,
	}
	var n [1]int32
	gl.GetIntegerv(gles.NUM_EXTENSIONS, n[:])
	for i := range n[0] {
		info.Extensions = append(info.Extensions, gl.GetStringi(gles.EXTENSIONS, uint32(i)))
	}
	slices.Sort(info.Extensions)
	gl.GetIntegerv(gles.NUM_PROGRAM_BINARY_FORMATS, n[:])
	info.ProgramBinaryFormats = int(n[0])
	info.TimerQuery = info.HasExtension("GL_EXT_disjoint_timer_query")
	info.DriverLimits = queryLimits(gl)
	info.Limits = info.DriverLimits
	renderer := strings.ToLower(info.Renderer)
	for _, cpu := range []string{"llvmpipe", "softpipe", "swrast", "swiftshader"} {
		info.Software = info.Software || strings.Contains(renderer, cpu)
	}
	return info
}

// model is the renderer whose defaults are used.
func (i *Info) model() string { return cmp.Or(i.like, i.Renderer) }

// family is that of the GPU.
func (i *Info) family() *kernels.Family { return kernels.FamilyOf(i.model()) }

// tuningFor gives the shipped defaults.
func tuningFor(i *Info) kernels.Tuning { return i.family().Shipped(i.Precision == Float16Arithmetic) }
