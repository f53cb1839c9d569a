//go:build race

package main

const raceDetector = true // ten times as slow
