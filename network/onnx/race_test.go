//go:build race

package onnx

const racing = true
