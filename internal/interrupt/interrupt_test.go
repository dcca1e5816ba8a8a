package interrupt_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gsdnet/internal/interrupt"
)

func TestRunReturnsWhatTheCallReturns(t *testing.T) {
	want := errors.New("broken")
	if got := interrupt.Run(t.Context(), func() error { return want }); !errors.Is(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := interrupt.Run(t.Context(), func() error { return nil }); err != nil {
		t.Error(err)
	}
}

func TestRunLeavesTheCallWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	defer close(release)
	err := interrupt.Run(ctx, func() error { <-release; return nil })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	called := false
	if err := interrupt.Run(ctx, func() error { called = true; return nil }); err == nil || called {
		t.Errorf("got %v, called %v after the end", err, called)
	}
}

func TestValue(t *testing.T) {
	if got, err := interrupt.Value(t.Context(), func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("got %d and %v, want 7", got, err)
	}
	want := errors.New("broken")
	if got, err := interrupt.Value(t.Context(), func() (int, error) { return 7, want }); got != 0 || !errors.Is(err, want) {
		t.Errorf("got %d and %v, want 0 and %v", got, err, want)
	}
}
