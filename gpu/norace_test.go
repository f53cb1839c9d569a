//go:build !race

package gpu

const RaceDetector = false
