package model

import (
	"slices"
	"testing"
)

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
