package train

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func TestShuffledDealsEveryone(t *testing.T) {
	lengths := []int{5, 60, 61, 7, 90, 12, 130, 44, 45, 46, 47}
	batches := shuffled(lengths, 4, rand.New(rand.NewPCG(1, 2)))
	seen := map[int]int{}
	for _, batch := range batches {
		if len(batch) != 4 {
			t.Errorf("batch of %d, want 4: graphs are compiled for a size", len(batch))
		}
		for _, i := range batch {
			seen[i]++
		}
	}
	if len(seen) != len(lengths) || len(batches) != 3 {
		t.Errorf("%d batches with %d conversations, want 3 with %d", len(batches), len(seen), len(lengths))
	}
}

// A batch holds samples of one padded length.
func TestAlike(t *testing.T) {
	lengths := []int{9, 30, 7, 1, 5, 17, 8, 29, 2, 3, 4, 256, 200}
	want := []dealt{
		{16, []int{0, 2, 3, 4}}, {16, []int{6, 8, 9, 10}}, {32, []int{1, 5, 7}}, {256, []int{11, 12}},
	}
	if got := alike(lengths); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for i, want := range map[int]int{0: 1, 2: 1, 3: 2} {
		if got := alike(lengths)[i].atOnce(); got != want {
			t.Errorf("batch %d holds %d completions of each sample, want %d", i, got, want)
		}
	}
}

// A handful of lengths, each at least what it holds and not much more.
func TestBucket(t *testing.T) {
	different := map[int]bool{}
	for n := 1; n <= MaxLength; n++ {
		b := bucket(n)
		different[b] = true
		if b < n || b >= n+max(16, n/2) {
			t.Errorf("%d utterances are padded to %d", n, b)
		}
	}
	if len(different) > 8 {
		t.Errorf("%d lengths up to %d, want a handful", len(different), MaxLength)
	}
}

func TestScalerInverts(t *testing.T) {
	s := &Scaler{}
	s.Mean[0], s.Deviation[0] = []float32{1, -2}, []float32{2, 0.5}
	x := []float32{3, -2.5}
	if got, want := s.Standardise(0, x), []float32{1, -1}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := s.Raw(0, s.Standardise(0, x)); !slices.Equal(got, x) {
		t.Errorf("got %v, want %v", got, x)
	}
	if got, want := s.Standardise(0, []float32{1000, -1000}), []float32{5, -5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: clipped", got, want)
	}
}
