// Package train fits models: it holds the training loop that every model shares.
//
//	config := rundir.DefaultConfig()
//	result, err := train.Fit(ctx, train.Options{
//		Config: config, Corpus: corpus, Out: "runs/first", Backend: backend,
//	})
//
// Fit leaves a run directory (package rundir) with the checkpoint of the epoch that had
// the lowest error on the validation masks. Training never uses the test split. Package
// infer applies the fitted model.
//
// Start reading at Fit, then fitter.epoch.
package train
