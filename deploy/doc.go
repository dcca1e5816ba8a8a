// Package deploy has manifests that run gsdnet on a cluster: a SLURM job array, objects
// for Kubernetes, and a job for Nomad. It is a module of its own, so that the program does not
// depend on the types of Kubernetes and Nomad, with which the tests check the manifests. `make deploy` runs them.
package deploy
