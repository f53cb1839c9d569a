package kernels

import "errors"

// Why a step cannot be a launch.
var (
	ErrLimit = errors.New("gpu: over the device's limit")
	ErrRange = errors.New("gpu: beyond 65504, the largest number of fp16")
)
