// Package cpu runs networks on the CPU. It has two backends:
//
//   - NewReference is the oracle of the whole project. It computes the graph as
//     it was given, one node at a time, with loops that read like the operators'
//     definitions. It is never optimised.
//   - New is the one to use: it runs the plan's launches over one arena, with
//     packed weights, fused epilogues and a fixed set of worker goroutines.
package cpu
