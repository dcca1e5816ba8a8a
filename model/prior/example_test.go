package prior_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/prior"
)

// Text and audio are two noisy readings of a mood that lasts through a conversation. Where
// the audio of an utterance is missing, the prior completes it from the text of the
// utterance and from the audio of the others.
func ExampleGaussian_Condition() {
	rng := rand.New(rand.NewPCG(1, 1))
	var seen []model.Conversation
	var truth []model.Truth
	for key := range uint64(60) {
		mood := rng.NormFloat64()
		c, all := model.Conversation{Key: key}, model.Truth{}
		for range 8 {
			present := erc.None.With(erc.Text).With(erc.Audio)
			c.Present, all.Present = append(c.Present, present), append(all.Present, present)
			c.Speakers = append(c.Speakers, 0)
			for _, m := range []erc.Modality{erc.Text, erc.Audio} {
				all.Features[m] = append(all.Features[m], []float32{float32(mood + 0.5*rng.NormFloat64())})
			}
		}
		all.Features[erc.Visual] = make([][]float32, 8)
		c.Features = all.Features
		seen, truth = append(seen, c), append(truth, all)
	}
	g := prior.New([erc.NumModalities]int{1, 1, 1}, prior.Default(), true)
	if err := g.Fit(context.Background(), model.NewParams(mlx.NewStore(), 1), seen, truth); err != nil {
		fmt.Println(err)
		return
	}
	// The text of all three utterances is 1, and the audio of the first two is 2. From its text
	// alone, the audio of the third would be expected at 0.8.
	row := func(v float32) []float32 { return []float32{v} }
	text, both := erc.None.With(erc.Text), erc.None.With(erc.Text).With(erc.Audio)
	c := model.Conversation{Present: []erc.Present{both, both, text}, Speakers: []erc.Speaker{0, 0, 0}}
	c.Features[erc.Audio] = [][]float32{row(2), row(2), nil}
	c.Features[erc.Text] = [][]float32{row(1), row(1), row(1)}
	c.Features[erc.Visual] = make([][]float32, 3)
	p, err := g.Condition(&c, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	missing := p.Mean(erc.Audio)[2]
	fmt.Printf("mean %.1f\n", g.Raw(erc.Audio, missing))
	noise := p.Noise(erc.Audio, rng)
	drawn := g.Place(erc.Audio, noise[2])
	drawn[0] += missing[0]
	fmt.Printf("draw %.1f\n", g.Raw(erc.Audio, drawn))
	// Output:
	// mean [1.6]
	// draw [1.8]
}
