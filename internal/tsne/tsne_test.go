package tsne_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gsdnet/internal/tsne"
)

// clusters returns three Gaussian clusters of 40 points each in 20 dimensions. Their
// standard deviation is 1 and their centres are 14 apart.
func clusters() (rows [][]float64, labels []int) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 120 {
		row := make([]float64, 20)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		row[i%3] += 10
		rows, labels = append(rows, row), append(labels, i%3)
	}
	return rows, labels
}

func TestSeparatesClusters(t *testing.T) {
	rows, labels := clusters()
	y := embed(t, rows, tsne.Config{Seed: 1})
	wrong := 0
	for i := range y {
		nearest, best := -1, math.Inf(1)
		for j := range y {
			if d := math.Hypot(y[i][0]-y[j][0], y[i][1]-y[j][1]); j != i && d < best {
				nearest, best = j, d
			}
		}
		if labels[nearest] != labels[i] {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d points have their neighbour in another cluster", wrong, len(y))
	}
	within, between := spread(y, labels)
	if between < 3*within {
		t.Errorf("clusters are %.2f apart and %.2f wide", between, within)
	}
}

// spread returns the mean distance of points to the centre of their cluster, and the mean
// distance between centres.
func spread(y [][2]float64, labels []int) (within, between float64) {
	var centre [3][2]float64
	for i, l := range labels {
		centre[l][0] += 3 * y[i][0] / float64(len(y))
		centre[l][1] += 3 * y[i][1] / float64(len(y))
	}
	for i, l := range labels {
		within += math.Hypot(y[i][0]-centre[l][0], y[i][1]-centre[l][1]) / float64(len(y))
	}
	for l := range centre {
		next := centre[(l+1)%3]
		between += math.Hypot(centre[l][0]-next[0], centre[l][1]-next[1]) / 3
	}
	return within, between
}

func TestSameSeedSameResult(t *testing.T) {
	rows, _ := clusters()
	short := tsne.Config{Seed: 1, Iterations: 20}
	first := embed(t, rows, short)
	if !slices.Equal(first, embed(t, rows, short)) {
		t.Error("the same seed gave another result")
	}
	short.Seed = 2
	if slices.Equal(first, embed(t, rows, short)) {
		t.Error("another seed gave the same result")
	}
}

// Equal points, and fewer than three points, give finite positions.
func TestDegenerate(t *testing.T) {
	for name, rows := range map[string][][]float64{
		"none": nil, "two": {{1}, {2}}, "three": {{1}, {2}, {4}}, "equal": make([][]float64, 30),
	} {
		if name == "equal" {
			for i := range rows {
				rows[i] = []float64{1, 2}
			}
		}
		y := embed(t, rows, tsne.Config{})
		if len(y) != len(rows) {
			t.Errorf("%s: %d points of %d", name, len(y), len(rows))
		}
		for i := range y {
			if math.IsNaN(y[i][0]) || math.IsInf(y[i][1], 0) {
				t.Errorf("%s: point %d at %v", name, i, y[i])
			}
		}
	}
}

func embed(t *testing.T, rows [][]float64, c tsne.Config) [][2]float64 {
	t.Helper()
	y, err := tsne.Embed(t.Context(), rows, c)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// Embed returns soon after its context ends, in each of its phases.
func TestEmbedStops(t *testing.T) {
	rows := make([][]float64, 400)
	for i := range rows {
		rows[i] = []float64{float64(i % 7), float64(i)}
	}
	for _, after := range []time.Duration{0, time.Millisecond, 100 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		started := time.Now()
		_, err := tsne.Embed(ctx, rows, tsne.Config{Iterations: 1_000_000})
		cancel()
		if took := time.Since(started); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Second {
			t.Errorf("context ended after %v: %v after %v", after, err, took)
		}
	}
}
