package report_test

import (
	"testing"

	"gsdnet/report"
)

// Tables list the models in the order of their registration, and a model that is not
// registered last.
func TestModelsAreInOrder(t *testing.T) {
	names := []string{"zero", "regression", "draws", "graph", "mctn", "gsdnet", "paper", "a model of another program"}
	for i := 1; i < len(names); i++ {
		before, after := report.ModelOrder(names[i-1]), report.ModelOrder(names[i])
		if before >= after {
			t.Errorf("%s has the place %d and %s %d, want %s first", names[i-1], before, names[i], after, names[i-1])
		}
	}
}
