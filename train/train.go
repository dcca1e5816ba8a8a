// Package train fits models and applies what was fitted.
//
// Fit runs the one training loop that every model shares, into a run directory:
// the settings as resolved, the frozen masks, a log, and a checkpoint of the
// weights' moving average from the epoch with the lowest error on the validation
// masks. Open reads such a directory; a Trained run predicts from conversations
// with holes and is evaluated on frozen masks.
//
// Nothing here looks at the test split but Evaluate.
//
// Start reading at Fit, then Open.
package train
