package infer

import (
	"context"

	"gsdnet/internal/limit"
	"gsdnet/rundir"
)

// Visit receives results as they are computed. A long conversation comes in pieces, which
// are adjacent and do not overlap; a short one is a piece. Draw may be nil.
type Visit struct {
	// Draw is called with draw k of the utterances of conversation i that begin with
	// utterance from, for each k from 0 in order.
	Draw func(i, from, k int, d Draw)
	// Piece is called after the last draw of these utterances with their prediction.
	Piece func(i, from int, f Prediction)
}

// Stream computes what Predict does and hands it over piece by piece. It holds the features
// of one batch of pieces at a time, however long a conversation is. Its errors are those of
// Predict.
func Stream(ctx context.Context, p *Predictor, convs []Observed, r Request, v Visit) error {
	if err := limit.Value("samples", r.Samples, limit.Of(rundir.Training{}, "samples")); err != nil {
		return err
	}
	plan := planWindows(convs)
	r.Watch = plan.watchPieces(r.Watch)
	parts := make([]Prediction, len(plan.pieces))
	drawn := make([]int, len(plan.pieces))
	return p.run(ctx, plan.pieces, r, func(piece int, c Draw) {
		w := plan.windows[piece]
		c = plan.kept(piece, c)
		parts[piece].add(c, r.Samples)
		if v.Draw != nil {
			v.Draw(w.conversation, w.keepStart, drawn[piece], c)
		}
		if drawn[piece]++; drawn[piece] < r.Samples {
			return
		}
		done := parts[piece]
		parts[piece] = Prediction{}
		done.finish(convs[w.conversation].Present[w.keepStart:w.keepEnd], p.Residual)
		v.Piece(w.conversation, w.keepStart, done)
	})
}
