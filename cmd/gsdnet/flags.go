package main

// backendFlag and jsonFlag are shared by the verbs.
type backendFlag struct {
	Backend string `help:"Engine that computes: simd (default) or go; xla:cpu and xla:cuda too, if the program was built with -tags xla." placeholder:"NAME"`
}

type jsonFlag struct {
	JSON bool `help:"Print JSON." name:"json"`
}
