// Package layer holds the building blocks of models: functions from graph nodes to graph
// nodes. A block takes its weights from a model.Params by name:
//
//	hidden := layer.ReLU(layer.Dense(p.In("hidden"), x, 128)) // [B,N,in] to [B,N,128]
//
// In shapes, B is the conversations of a batch, N the utterances, M = 3 the modalities,
// D_m the raw widths and d the width of the encoded features. Each function states its
// shapes and names its equation or its paper.
//
// Faithful to the GSDNet paper: the encoder (Eqs. 12-14, encode.go) and the fusion
// (Eq. 19, fuse.go). Adapted: Recurrent is a quasi-recurrent layer in the place of a
// biLSTM, and the decoder to raw features is not in the paper.
//
// Start reading at Embed and Fuse.
package layer
