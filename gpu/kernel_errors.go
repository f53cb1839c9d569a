package gpu

import "errors"

// Why a step cannot be a launch.
var (
	errLimit = errors.New("gpu: over the device's limit")
	errRange = errors.New("gpu: beyond 65504, the largest number of fp16")
)
