// Package simd is a compute.Backend for CPUs: it runs GoMLX graphs with vector
// instructions, without cgo and without build flags.
//
//	backend, err := simd.New("")
//	// or: import _ "gsdnet/simd" and ask for the backend "simd".
//
// A graph passes through four stages, one group of files each:
//
//   - record*.go notes every operation as a node, with its shape inferred.
//   - lower*.go turns the nodes that the outputs need into values: duplicates
//     are merged, constants folded, and transposes, reshapes, broadcasts and
//     slices become strided views, which cost nothing.
//   - fuse*.go and plan*.go group element-wise work and reductions into loops,
//     order the steps into waves of independent ones, and place every
//     intermediate value in one arena by liveness.
//   - exec*.go runs the waves on a pool of workers; step_*.go are the kinds of
//     step: fused loops over tiles that stay in the first-level cache, matrix
//     products, gathers, copies, control flow. Within a tile, element-wise
//     instructions that follow one another (schedule.go) are one program
//     (passes.go), whose intermediate values stay in registers.
//
// What is not accelerated runs operation by operation on the pure-Go backend
// (step_foreign.go), and graphs with dynamic shapes run there whole
// (delegate.go), so that every graph which runs there runs here; a warning of log/slog
// says so. [WithPlans] describes how a graph runs (report.go).
//
// Results do not depend on the number of workers: loops are cut by shape alone, and
// every sum is added in a fixed order, also where products are cut for more workers.
// Executions that run at the same time share the workers (pool.go).
//
// [WithBFloat16] makes a backend for inference whose matrix products are in bfloat16.
//
// Memory comes in size classes and is kept for reuse, in proportion to what was
// in use before (memory.go); [WithMemoryLimit] bounds it. Shapes that describe
// more than an address space are refused when they are recorded (check.go).
// Finalize waits for what is under way (gate.go).
//
// Start reading at record.go, then lower.go. The arithmetic is in
// internal/kernel.
package simd
