// Package infer completes conversations and predicts from them with a trained run.
//
//	backend, err := engine.Open("")
//	run, err := infer.Open("runs/first", backend)
//	defer run.Close()
//	samples, err := run.AllSamples(corpus)
//	predictions, err := run.Predict(ctx, samples, infer.Request{Samples: 16})
//
// A conversation passes through four types. A Sample is the conversation with its
// features standardised and its labels. An Observed is what a mask leaves of a Sample;
// a model gets nothing else. A Draw is one completion of it, with the prediction from that
// completion. A Prediction combines K draws.
//
// An Evaluation applies the same steps to a split under frozen masks and scores the
// result, draws of what is missing in the coordinates of a Space. Conversations of more than 256 utterances are processed in windows.
//
// Start reading at Open, then Predictor.Run.
package infer
