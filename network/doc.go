// Package network describes a convolutional network as a graph of typed
// operators, rewrites the graph into an equal but cheaper one, and schedules it
// into a Plan: an ordered list of kernel launches over one arena.
//
//	Graph ──Optimize──► Graph ──NewPlan──► Plan ──Compile──► Session
//
// A session runs on tensors (Run), on photos (Photos), and with several runs in
// flight (Submit).
//
// The package knows no backend. Packages cpu and gpu implement Backend, as
// drivers implement database/sql's.
package network
