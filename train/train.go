// Package train fits models: it holds the training loop that every model shares.
//
//	config := rundir.DefaultConfig()
//	result, err := train.Fit(ctx, train.Options{
//		Config: config, Corpus: corpus, Out: "runs/first", Backend: backend,
//	})
//
// Fit leaves a run directory (package rundir) with the checkpoint of the epoch that had
// the lowest error on the validation masks. The test split is never looked at. Package
// infer applies what was fitted.
//
// Start reading at Fit, then fitter.epoch.
package train
