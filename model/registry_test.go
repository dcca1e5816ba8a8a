package model_test

import (
	"testing"

	"gsdnet/model"
)

func TestOfferRefusesANameTwice(t *testing.T) {
	offer := func() {
		model.Offer(0, "twice", "a model", func() int { return 0 }, func(int, model.Setup) (model.Model, error) { return nil, nil })
	}
	offer()
	defer func() {
		if recover() == nil {
			t.Error("a second model of the same name was accepted")
		}
	}()
	offer()
}
