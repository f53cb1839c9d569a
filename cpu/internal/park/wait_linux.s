//go:build !noasm

// With a file like this one the compiler takes functions without a body.
