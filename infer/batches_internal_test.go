package infer

import (
	"reflect"
	"testing"
)

// A batch holds samples of one padded length.
func TestBatchByLength(t *testing.T) {
	lengths := []int{9, 30, 7, 1, 5, 17, 8, 29, 2, 3, 4, 256, 200}
	want := []rowBatch{
		{16, []int{0, 2, 3, 4}}, {16, []int{6, 8, 9, 10}}, {32, []int{1, 5, 7}}, {256, []int{11, 12}},
	}
	if got := batchByLength(lengths); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for i, want := range map[int]int{0: 1, 2: 1, 3: 2} {
		if got := batchByLength(lengths)[i].drawsPerSample(); got != want {
			t.Errorf("batch %d holds %d draws of each sample, want %d", i, got, want)
		}
	}
}

// There are at most eight padded lengths, and none is much longer than needed.
func TestBucket(t *testing.T) {
	different := map[int]bool{}
	for n := 1; n <= MaxLength; n++ {
		b := Bucket(n)
		different[b] = true
		if b < n || b >= n+max(16, n/2) {
			t.Errorf("%d utterances are padded to %d", n, b)
		}
	}
	if len(different) > 8 {
		t.Errorf("%d lengths up to %d, want a handful", len(different), MaxLength)
	}
}
