//go:build race

package zoo_test

const raceDetector = true // ten times as slow
