package onnxfile

import (
	"net/http"
	"strings"
)

// sniff says what bytes that are no ONNX model seem to be, for the error
// message; "" when it cannot tell.
func sniff(b []byte) string {
	for _, k := range []struct{ magic, kind string }{
		{"PK\x03\x04", "a zip archive (a PyTorch file? export it with torch.onnx.export)"},
		{"\x80\x02", "a Python pickle (a PyTorch file? export it with torch.onnx.export)"},
		{"\x89HDF", "an HDF5 file (Keras? convert it with tf2onnx)"},
		{"\x93NUMPY", "a .npy file"},
		{"ORTM", "an ONNX Runtime .ort file; the .onnx it was made from is needed"},
		{"\x7fELF", "a program"},
		{"7767517\n", "an ncnn .param file"},
		{"version https://git-lfs", "a Git LFS pointer: the model itself was not downloaded (git lfs pull)"},
	} {
		if strings.HasPrefix(string(b[:min(len(b), 64)]), k.magic) {
			return k.kind
		}
	}
	if len(b) >= 8 && string(b[4:8]) == "TFL3" {
		return "a TensorFlow Lite model; convert it with tf2onnx"
	}
	if len(b) >= 8 && string(b[4:8]) == "ORTM" {
		return "an ONNX Runtime .ort file; the .onnx it was made from is needed"
	}
	kind := http.DetectContentType(b)
	switch {
	case kind == "application/octet-stream":
		return ""
	case strings.HasPrefix(kind, "text/plain"):
		return "text"
	}
	kind, _, _ = strings.Cut(kind, ";")
	return kind
}
