//go:build !race

package zoo_test

const raceDetector = false
