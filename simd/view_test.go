package simd

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// elements lists the positions of a view in order.
func (v view) elements() []int {
	out := []int{v.offset}
	for a, d := range v.dims {
		var next []int
		for _, o := range out {
			for i := range d {
				next = append(next, o+i*v.strides[a])
			}
		}
		out = next
	}
	return out
}

func drawView(t *rapid.T) view {
	dims := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 4).Draw(t, "dims")
	v := contiguous(dims)
	v = v.transpose(rapid.Permutation(ascending(len(dims))).Draw(t, "permutation"))
	for a := range v.dims {
		if rapid.IntRange(0, 4).Draw(t, "broadcast") == 0 {
			v.strides[a] = 0
		}
	}
	return v
}

func ascending(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func TestReshapeKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		var dims []int
		for n := product(v.dims); n > 1; {
			d := rapid.IntRange(1, n).Filter(func(d int) bool { return n%d == 0 }).Draw(t, "d")
			dims = append(dims, d)
			n /= d
		}
		got, ok := v.reshape(dims)
		if !ok {
			if v.isContiguous() {
				t.Fatalf("a contiguous %v does not reshape to %v", v, dims)
			}
			return
		}
		if !slices.Equal(got.elements(), v.elements()) {
			t.Errorf("%v as %v: got %v, want %v", v, dims, got.elements(), v.elements())
		}
	})
}

func TestReshapeOfEvenRuns(t *testing.T) {
	v := contiguous([]int{2, 3, 4}).transpose([]int{1, 2, 0})
	got, ok := v.reshape([]int{12, 2})
	if !ok || !slices.Equal(got.strides, []int{1, 12}) {
		t.Errorf("got %v %v, want strides 1 12", got, ok)
	}
	if _, ok := v.reshape([]int{24}); ok {
		t.Error("a transposed array cannot be flat")
	}
}
