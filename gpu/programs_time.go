package gpu

import (
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
	"github.com/shufflegl/shufflegl/network"
	"github.com/shufflegl/shufflegl/shaders"
)

// TimePrograms builds the programs of a plan once more, all from source and then
// all from what the driver gave for keeping, and tells how many there are and how
// long each way took. Where the driver keeps no programs, kept is 0. A driver may
// have a cache of its own, which makes source faster than it was at first, and may
// leave work for the first run.
func (d *Device) TimePrograms(p *network.Plan) (n int, source, kept time.Duration, err error) {
	dispatches, _, err := d.assemble(p, tuningFor(&d.info))
	if err != nil {
		return 0, 0, 0, err
	}
	seen := map[shaders.Program]bool{}
	var programs []shaders.Program
	for _, x := range dispatches {
		if !seen[x.Program] {
			seen[x.Program] = true
			programs = append(programs, x.Program)
		}
	}
	err = d.do(func(gl gles.API) error {
		source, kept, err = d.timePrograms(gl, programs)
		return err
	})
	return len(programs), source, kept, err
}

func (d *Device) timePrograms(gl gles.API, programs []shaders.Program) (source, kept time.Duration, err error) {
	start := time.Now()
	builds := make([]*build, len(programs))
	for i, p := range programs { // at once, as Prepare does
		builds[i] = d.startProgram(gl, p.File, p.Variant(), p.Source())
	}
	var built []*program
	for _, b := range builds {
		p, failed := b.wait(gl)
		if failed != nil {
			err = failed
			continue
		}
		defer p.delete(gl)
		built = append(built, p)
	}
	source = time.Since(start)
	if err != nil || d.info.ProgramBinaryFormats == 0 {
		return source, 0, err
	}
	for _, p := range built {
		format, code := p.binary(gl)
		start := time.Now()
		again, err := d.programFromBinary(gl, p.name, p.variant, format, code)
		kept += time.Since(start)
		if err != nil || again == nil {
			return source, 0, err // the driver does not take back its own
		}
		again.delete(gl)
	}
	return source, kept, checkErrors(gl, "programs")
}
