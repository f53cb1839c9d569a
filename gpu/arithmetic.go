package gpu

import (
	"fmt"
	"time"

	"github.com/shufflegl/shufflegl/gpu/internal/gles"
)

// checkArithmetic finds out, with Float16Arithmetic, whether the device has it.
func (d *Device) checkArithmetic(trusted bool) error {
	if d.info.Precision != Float16Arithmetic || trusted {
		return nil
	}
	const chains = 2
	why := ""
	err := d.do(func(gl gles.API) error {
		r, err := d.newPeakRig(gl, time.Now, fmaProgram(true, chains), chainsFrom(0, chains), lanes)
		if err != nil {
			return err
		}
		defer r.delete(gl)
		why, err = noHalves(gl, r, chains)
		return err
	})
	switch {
	case err != nil:
		return unavailable{err}
	case why != "":
		return fmt.Errorf("%w: %s (%s, %s); gpu.Float16 needs none", ErrPrecision, why, d.info.Renderer, d.info.Version)
	}
	return nil
}

// noHalves finds out whether mediump has 16 bits: in those, 2048 plus one is 2048. It
// says why not, if not.
func noHalves(gl gles.API, r *peakRig, chains int) (why string, err error) {
	if err := r.set(gl, parameters(fmaTurns)); err != nil {
		return "", err
	}
	_, got, err := runChains(gl, r, 2048, 1, chains)
	if err != nil {
		return "", err
	}
	kept, grown := float32(0), float32(0)
	for c := range chains {
		start := 2048 + c
		kept += float32(start - start%2) // or the even number above
		grown += float32(start + fmaTurns*fmaUnrolled)
	}
	switch sum := got[0]; {
	case sum == grown:
		return "mediump is computed in 32 bits here", nil
	case sum < kept || sum > kept+float32(4*chains):
		return fmt.Sprintf("mediump is neither of 16 nor of 32 bits here (%g)", sum), nil
	}
	return "", nil
}
