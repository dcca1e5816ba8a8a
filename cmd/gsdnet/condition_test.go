package main

import "gsdnet/engine"

// condition is [bf16], which this machine has if it computes in bfloat16, or [mount].
func condition(cond string) (bool, error) {
	if cond != "bf16" {
		return mayMount(cond)
	}
	backend, err := engine.Open("simd:bf16")
	if err == nil {
		backend.Finalize()
	}
	return err == nil, nil
}
