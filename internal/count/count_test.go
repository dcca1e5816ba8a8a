package count_test

import (
	"testing"

	"gsdnet/internal/count"
)

func TestOf(t *testing.T) {
	for n, want := range map[int]string{0: "0 epochs", 1: "1 epoch", 2: "2 epochs"} {
		if got := count.Of(n, "epoch"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
