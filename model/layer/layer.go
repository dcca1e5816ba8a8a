// Package layer holds the building blocks of models: functions from graph nodes to graph
// nodes. A block takes its weights from a model.Params by name:
//
//	hidden := layer.ReLU(layer.Dense(p.In("hidden"), x, 128)) // [B,N,in] to [B,N,128]
//
// In shapes, B is the conversations of a batch, N the utterances, M = 3 the modalities,
// D_m the raw widths and d the width of the encoded features. Each function states its
// shapes and names its equation or its paper.
//
// Start reading at Embed and Fuse.
package layer
