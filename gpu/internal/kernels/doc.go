// Package kernels turns the steps of a plan into dispatches: a program each, with its
// parameters, its weights as the program reads them, and how many work groups. It is pure:
// it knows the families of GPUs and what they are good at, but sees no device.
//
// A new kernel is a .comp in package shaders, a file here, a row in Of, and a set of cases
// in internal/conformance.
package kernels
