// Package model defines what a model is, and keeps the registry of the models that ship.
//
//	kind, err := model.Lookup("gsdnet")
//	m, err := kind.New(kind.Config(), model.Setup{Dims: corpus.Dims, Task: corpus.Task})
//
// A model works in four steps. On the host, Prepare adds to the feed what graphs cannot
// compute, such as spectra, and Draw adds the noise of one draw. In the training graph,
// Losses turns the feed and the truth into named loss terms. In the inference graph,
// Forecast turns the feed alone into predictions and recovered features. A Batch holds no
// withheld features, so a model cannot use them.
//
// The building blocks are in package layer, the predictor that all models share in
// package readout.
//
// In shapes, B is the conversations of a batch, N the utterances they are padded
// to, M = 3 the modalities in the order text, audio, visual, D_m the raw feature
// widths and d the model width.
//
// Start reading at Model, then model/gsdnet.
package model

import (
	"context"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
)

// Setup is what a model must know of the data before it is built.
type Setup struct {
	Dims       [erc.NumModalities]int `json:"dims"` // raw widths D_m; 0 of a modality that the corpus does not have
	Task       erc.Task               `json:"task"`
	NumClasses int                    `json:"num_classes"` // of the Classes task
}

// Inhabited returns s with width 1 for every modality that the corpus does not
// have. Graphs have no arrays without elements, so that such a modality is fed to
// models as one channel that is never observed.
func (s Setup) Inhabited() Setup {
	for m := range s.Dims {
		s.Dims[m] = max(s.Dims[m], 1)
	}
	return s
}

// Pass names the random streams of one pass over a batch. The same Pass gives the same
// noise.
type Pass struct {
	Seed   uint64
	Step   uint64 // training step; 0 outside training
	Sample uint64 // which of the K completions
	Train  bool   // true adds what only training needs (dropout, noise levels)
	// Features is true where recovered features are asked for, and not the prediction alone.
	Features bool
}

// Model is one way of predicting from conversations with holes in them.
type Model interface {
	// Prepare adds to feed what the host computes of the conversations beyond
	// Batch.Observe. It is called once for a batch, however often this is completed,
	// so that nothing in it may be random. Truth is there in training, and where a
	// Trajectory is measured; otherwise it is nil.
	Prepare(feed engine.Feed, b *Batch, truth []Truth) error
	// Draw adds to feed what is random: noise, and dropout in training. It is called
	// after Prepare, once for each completion, and replaces what an earlier draw
	// left in the feed.
	Draw(feed engine.Feed, b *Batch, draw Pass)
	// Varies reports whether two draws of a conversation may differ: their predictions or,
	// with features, their recovered features. Where they may not, one is computed,
	// whatever number is asked for.
	Varies(c *Conversation, features bool) bool
	// Losses builds the training graph.
	Losses(p *Params, in engine.Nodes) Losses
	// Forecast builds the inference graph. It must not read the inputs of
	// Batch.Reveal, but for Trajectory.Truth.
	Forecast(p *Params, in engine.Nodes) Outputs
}

// Fitter is a model that computes something of the training conversations
// before the first step: a scale, a closed-form regression. It is shown them as
// the training protocol leaves them, and their truth. What it computes is kept
// as constants in params, and so in the checkpoint. It returns within about two
// seconds after ctx ends.
type Fitter interface {
	Fit(ctx context.Context, p *Params, seen []Conversation, truth []Truth) error
}

// Loader is a model that computes on the host with what its Fit stored. Load is called
// when the constants of p are those of a checkpoint. Its error is constants that do not go
// together.
type Loader interface {
	Load(p *Params) error
}

// Estimator is a model that may have a point estimate of its own (Outputs.Estimate), which
// is the same in every draw.
type Estimator interface{ OwnEstimate() bool }

// Optional is a model that can complete without its network.
type Optional interface {
	// Network returns the scope of the network's weights, on which the prediction does not
	// depend, and at once the name of the constant, of one number, that says whether the
	// network is used: 1 if it is, 0 if not. It is "" where the settings leave no choice.
	Network() string
	// Matching builds the loss that the network alone is trained by, a scalar, from the
	// inputs of Losses. The epoch of the network's weights is the one where validation
	// has the lowest.
	Matching(p *Params, in engine.Nodes) *graph.Node
}

// Losses are the terms of the objective, each a scalar, and their weighted sum.
type Losses struct {
	Total *graph.Node
	Terms []Term
}

// Term is one named part of the objective, before its weight.
type Term struct {
	Name  string
	Value *graph.Node
}

// Outputs are the results of the inference graph for one draw of a batch.
type Outputs struct {
	// Location [B,N] is the predicted score and Scale [B,N] the scale of its
	// Laplace distribution (0 for a point head); Logits [B,N,C] belong to the
	// Classes task. What the task does not have is nil.
	Location, Scale, Logits *graph.Node
	// Encoded [M,B,N,d] holds the features in the space in which the model completes
	// them, the missing cells filled in. Recover builds the same as standardised raw
	// features [B,N,D_m]; a prediction alone does without.
	Encoded *graph.Node
	Recover func() [erc.NumModalities]*graph.Node
	// Estimate builds the point estimate of the features, in the shapes of Recover; nil
	// stands for the mean over draws.
	Estimate func() [erc.NumModalities]*graph.Node
	// Variance builds the variance of the missing features given what is observed, in the
	// shapes of Recover; nil of a model that does not know it. What the estimate misses is
	// then measured on the validation split.
	Variance func() [erc.NumModalities]*graph.Node
	// Trajectory builds what a sampler went through; nil for a model without one.
	Trajectory func() Trajectory
}

// Trajectory is the way of a sampler from noise to a completion, Eqs. 15-16.
type Trajectory struct {
	States []State // the prior's draw, every step, and the completion as refined
	Truth  State   // what they aim at
	// Counts is 1 where an entry of State.Others is diffused, by name, [M,B,K] each.
	Counts map[string]*graph.Node
}

// State is where a sampler stands at a time of the diffusion.
type State struct {
	Time    float64
	Encoded *graph.Node            // the features, in the space of Outputs.Encoded
	Others  map[string]*graph.Node // what else is diffused, by name, [M,B,K] each; may be nil
}
