//go:build !race

package onnx

// racing says that the race detector makes the reference backend ten times
// slower.
const racing = false
