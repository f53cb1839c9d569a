// Package gpu runs networks on any GPU that speaks OpenGL ES 3.1, by compute
// shaders. Open opens a device; its error says in one line why there is none
// and satisfies errors.Is with ErrUnavailable, so that a program can fall back
// to the CPU and say so.
//
// A Device is a network.Backend. Beyond that, photos may be on the GPU already
// (Texture), outputs may stay there (Outputs), and a program's own GL code runs
// beside (Device.Do).
package gpu
