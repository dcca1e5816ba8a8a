// Package diffusion turns data into noise with a stochastic differential equation
// (SDE) and turns noise back into data with a sampler (Song et al., Score-Based
// Generative Modeling through Stochastic Differential Equations, ICLR 2021). The
// package works on any type that can be scaled and added: float64 slices in a test,
// nodes of a computation graph in a model. It imports nothing else of this project.
//
//	sde, err := diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20}.New()
//	times := diffusion.LogSNR.Times(sde, 40, diffusion.Heun.End)
//	data := diffusion.Sample(diffusion.Heun, problem, noise, times)
//
// The example of the package is a complete program.
//
// Time runs from 0 (data) to 1 (noise). Every SDE of the package is linear,
//
//	dx = f(t)·x dt + g(t) dw,
//
// so that x(t) given x(0) is Gaussian, with mean α(t)·x(0) and standard deviation
// s(t) in every coordinate.
//
// A sampler, a schedule of times and a kind of SDE are each declared once, in one
// file: ddim.go, uniform.go and vp.go are the shortest. Samplers, Schedules and Kinds
// list the declarations. Start reading at SDE, then Problem, Sample and ddim.go.
package diffusion
