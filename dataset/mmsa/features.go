package mmsa

import (
	"math"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/pickled"
	"gsdnet/dataset/internal/pooled"
	"gsdnet/erc"
	"gsdnet/internal/pickle"
)

// features appends the vectors of one modality in one split. A file without the
// key of a modality lacks it, unless it was asked for by name.
func (r *reader) features(s erc.Split, m erc.Modality, d *pickle.Dict, n int) error {
	key := r.keys.Features(m)
	v, there := d.Get(key)
	x := r.table.Features[m]
	switch {
	case !there && x == nil:
		return nil
	case !there:
		return r.fault(s, key, "not in this split, but in another")
	case x == nil && s != erc.Train:
		return r.fault(s, key, "in this split, but not in train")
	}
	sequences, err := pickled.Sequences(v)
	if err != nil {
		return r.fault(s, key, "%v", err)
	}
	if len(sequences) != n {
		return r.fault(s, key, "%d utterances, but %d ids", len(sequences), n)
	}
	lengths, err := r.lengths(s, key, d, n)
	if err != nil {
		return err
	}
	mask, room := words(m, d, n), pickled.Room(r.source)
	for i, seq := range sequences {
		if x == nil {
			x = &dataset.Matrix{Width: seq.Width}
			r.table.Features[m] = x
		}
		if seq.Width != x.Width || seq.Width == 0 {
			return r.fault(s, key, "utterance %d has %d features, want %d", i, seq.Width, x.Width)
		}
		if len(x.Values)+x.Width > room {
			return r.fault(s, key, "more features than a file of this size can hold")
		}
		x.Append(mean(seq, lengths[i], mask, i))
	}
	return nil
}

// lengths returns the valid steps of every utterance, as many as there are where the
// file does not say.
func (r *reader) lengths(s erc.Split, key string, d *pickle.Dict, n int) ([]float64, error) {
	v, there := d.Get(key + "_lengths")
	if !there {
		out := make([]float64, n)
		for i := range out {
			out[i] = math.Inf(1)
		}
		return out, nil
	}
	out, ok := pickled.Numbers(v)
	if !ok || len(out) != n {
		return nil, r.fault(s, key+"_lengths", "want %d numbers", n)
	}
	return out, nil
}

// words returns the mask of the words [n, T], the second row of text_bert [n, 3, T];
// nil without one, and of the other modalities.
func words(m erc.Modality, d *pickle.Dict, n int) *pickle.Array {
	v, _ := d.Get("text_bert")
	a, ok := v.(*pickle.Array)
	if m != erc.Text || !ok || len(a.Shape) != 3 || a.Shape[0] != n || a.Shape[1] != 3 {
		return nil
	}
	return a
}

// mean averages the valid steps of one utterance, row i of its split; nil where
// there are none.
func mean(seq pickled.Sequence, length float64, mask *pickle.Array, i int) []float32 {
	at := func(step, j int) float64 {
		if x := seq.At(step, j); !math.IsInf(x, -1) {
			return x
		}
		return 0
	}
	masked := mask != nil && mask.Shape[2] == seq.Steps && seq.Steps > 1
	return pooled.Mean(seq.Steps, seq.Width, func(step int) bool {
		if float64(step) >= length && seq.Steps > 1 {
			return false
		}
		if masked {
			if on, ok := mask.Float((i*3+1)*seq.Steps + step); ok && on == 0 {
				return false
			}
		}
		for j := range seq.Width {
			if at(step, j) != 0 {
				return true
			}
		}
		return false
	}, at)
}
