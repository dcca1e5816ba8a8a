package model

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
)

// Attend is cross-modal attention along the utterances (Tsai et al., MulT, ACL
// 2019) in one layer of one head: each modality asks the other two, takes in what
// they answer, and passes it through an MLP, [M,B,N,d] → [M,B,N,d]. No utterance
// attends to padding. What is added to h starts out at zero: on a few dozen
// conversations, random additions are a noise that is learnt along.
func Attend(p *Params, h, valid *Node) *Node {
	width := h.Shape().Dimensions[3]
	x := LayerNorm(h)
	query, key, value := DensePerModality(p.In("query"), x, width), DensePerModality(p.In("key"), x, width), DensePerModality(p.In("value"), x, width)
	hidden := graph.MulScalar(graph.OneMinus(graph.InsertAxes(valid, 1)), -1e9) // [B,1,N]
	var heard []*Node
	for _, m := range erc.Modalities {
		var sum *Node
		for _, from := range erc.Modalities {
			if from == m {
				continue
			}
			asked := graph.Dot(Pick(query, m), Pick(key, from)).General([]int{2}, []int{0}, []int{2}, []int{0}) // [B,N,N]
			weights := graph.Softmax(graph.Add(graph.DivScalar(asked, math.Sqrt(float64(width))), hidden), -1)
			answer := graph.Dot(weights, Pick(value, from)).General([]int{2}, []int{0}, []int{1}, []int{0})
			if sum == nil {
				sum = answer
			} else {
				sum = graph.Add(sum, answer)
			}
		}
		heard = append(heard, sum)
	}
	h = graph.Add(h, ZeroPerModality(p.In("heard"), graph.Stack(heard, 0), width))
	inner := ReLU(DensePerModality(p.In("in"), LayerNorm(h), width))
	return graph.Add(h, ZeroPerModality(p.In("out"), inner, width))
}
