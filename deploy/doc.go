// Package deploy has manifests that run gsdnet on a cluster: a SLURM job array, and objects
// for Kubernetes. It is a module of its own, so that the program does not depend on the
// types of Kubernetes, with which the tests check the manifests. `make deploy` runs them.
package deploy
