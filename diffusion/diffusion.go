// Package diffusion holds stochastic differential equations that turn data into
// noise, and the samplers that walk them back (Song et al., ICLR 2021). It knows
// nothing of emotions, files or tensors: a sampler asks its Space to add and
// scale, so the same few lines integrate float64 slices in a test and nodes of a
// computation graph in a model.
//
// Time runs from 0 (data) to 1 (noise). Every SDE here is linear,
//
//	dx = f(t)·x dt + g(t) dw,
//
// so that x(t) given x(0) is Gaussian with mean α(t)·x(0) and deviation s(t) in
// every coordinate.
//
// Start reading at SDE, then Problem, then Sample.
package diffusion
