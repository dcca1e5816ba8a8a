package simd_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	timage "github.com/gomlx/gomlx/core/tensors/images"
)

// BenchmarkConvolutions times layers of DenseNet-121, on one picture of 224×224,
// and of wav2vec 2.0, on two seconds of sound. bench/reference/peer.py has the
// same for PyTorch.
func BenchmarkConvolutions(b *testing.B) {
	conv := func(stride, padding, groups int) func(in []*graph.Node) *graph.Node {
		return func(in []*graph.Node) *graph.Node {
			pads := make([][2]int, in[0].Rank()-2)
			for i := range pads {
				pads[i] = [2]int{padding, padding}
			}
			return graph.Convolve(in[0], in[1]).ChannelsAxis(timage.ChannelsFirst).ChannelGroupCount(groups).
				Strides(stride).PaddingPerDim(pads).Done()
		}
	}
	for _, c := range []struct {
		name  string
		dims  [][]int
		build func(in []*graph.Node) *graph.Node
	}{
		{"densenet first", [][]int{{1, 3, 224, 224}, {64, 3, 7, 7}}, conv(2, 3, 1)},
		{"densenet 56 1x1", [][]int{{1, 128, 56, 56}, {128, 128, 1, 1}}, conv(1, 0, 1)},
		{"densenet 56 3x3", [][]int{{1, 128, 56, 56}, {32, 128, 3, 3}}, conv(1, 1, 1)},
		{"densenet 28 3x3", [][]int{{1, 128, 28, 28}, {32, 128, 3, 3}}, conv(1, 1, 1)},
		{"densenet 14 3x3", [][]int{{1, 128, 14, 14}, {32, 128, 3, 3}}, conv(1, 1, 1)},
		{"densenet 7 3x3", [][]int{{1, 128, 7, 7}, {32, 128, 3, 3}}, conv(1, 1, 1)},
		{"densenet maxpool", [][]int{{1, 64, 112, 112}}, func(in []*graph.Node) *graph.Node {
			return graph.MaxPool(in[0]).ChannelsAxis(timage.ChannelsFirst).Window(3).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
		}},
		{"densenet avgpool", [][]int{{1, 128, 56, 56}}, func(in []*graph.Node) *graph.Node {
			return graph.MeanPool(in[0]).ChannelsAxis(timage.ChannelsFirst).Window(2).Done()
		}},
		{"wav2vec first", [][]int{{1, 1, 32000}, {512, 1, 10}}, conv(5, 0, 1)},
		{"wav2vec second", [][]int{{1, 512, 6399}, {512, 512, 3}}, conv(2, 0, 1)},
		{"wav2vec last", [][]int{{1, 512, 199}, {512, 512, 2}}, conv(2, 0, 1)},
		{"wav2vec position", [][]int{{1, 768, 99}, {768, 48, 128}}, conv(1, 64, 16)},
	} {
		for _, config := range []string{"workers=1", ""} {
			b.Run(c.name+"/"+config, func(b *testing.B) {
				benchmarkGraph(b, newBackend(b, config), c.dims, c.build)
			})
		}
	}
}
