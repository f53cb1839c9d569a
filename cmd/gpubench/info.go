package main

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/shufflegl/shufflegl/gpu"
)

func infoCommand() command {
	return command{
		name:    "info",
		summary: "list the devices, their limits and extensions",
		examples: []string{
			"info",
			"info -context egl",
		},
		define: func(f *flag.FlagSet) action {
			context := f.String("context", "auto", "`auto|egl|glfw`: how to reach the GPU; auto tries all")
			return func(sys *system, _ []string) error {
				if err := checkContext(*context); err != nil {
					return err
				}
				return info(sys, *context)
			}
		},
	}
}

func info(sys *system, context string) error {
	c := sys.newCPU(0)
	fmt.Fprintf(sys.stdout, "CPU: usable\n  device  %s\n  driver  %s\n  system  %s/%s, %s\n", c.Device(), c.Driver(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	tries := sys.contexts
	if context != "auto" {
		tries = []string{context}
	}
	for _, name := range tries {
		d, err := sys.openGPU(gpuFlags{context: name})
		if err != nil {
			if context != "auto" {
				return err
			}
			fmt.Fprintf(sys.stdout, "\nGPU by %s: not usable\n  reason  %s\n", strings.ToUpper(name), oneLine(err))
			continue
		}
		fmt.Fprintf(sys.stdout, "\nGPU by %s: usable\n", strings.ToUpper(name))
		tuning := d.Tuning()
		printGPU(sys.stdout, d.info, &tuning)
		d.close()
	}
	return nil
}

func printGPU(w io.Writer, i *gpu.Info, tuning *gpu.TuningInfo) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	row("renderer", "%s", i.Renderer)
	row("vendor", "%s", i.Vendor)
	row("version", "%s", i.Version)
	row("shading language", "%s", i.GLSLVersion)
	row("context", "%s", i.Context)
	if i.Software {
		row("note", "this is a software renderer on the CPU: not a GPU's speed")
	}
	row("maps", "%s in a %s", i.Precision, i.Maps)
	row("variants", "%s", tunedText(tuning))
	row("timer queries", "%s", yesNo(i.TimerQuery))
	row("program binary formats", "%d", i.ProgramBinaryFormats)
	l := i.Limits
	row("work group count", "%dx%dx%d", l.WorkGroupCount[0], l.WorkGroupCount[1], l.WorkGroupCount[2])
	row("work group size", "%dx%dx%d, %d in all", l.WorkGroupSize[0], l.WorkGroupSize[1], l.WorkGroupSize[2], l.WorkGroupInvocations)
	row("shared memory", "%d bytes", l.SharedMemory)
	row("storage blocks", "%d of %d bytes, offsets by %d", l.StorageBlocks, l.StorageBlockSize, l.StorageAlignment)
	row("uniform blocks", "%d of %d bytes, offsets by %d", l.UniformBlocks, l.UniformBlockSize, l.UniformAlignment)
	row("images", "%d", l.ComputeImages)
	row("textures", "%d, of %d pixels a side", l.TextureUnits, l.TextureSize)
	if l.TextureBufferSize > 0 {
		row("texture buffers", "of %d texels", l.TextureBufferSize)
	} else {
		row("texture buffers", "none before OpenGL ES 3.2")
	}
	t.Flush()
	fmt.Fprintf(w, "  %d extensions\n", len(i.Extensions))
	for _, e := range i.Extensions {
		fmt.Fprintf(w, "    %s\n", e)
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
