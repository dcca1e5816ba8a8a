package serve_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gsdnet/serve"
)

// The dashboard names only metrics and labels that the server has, and every metric that is
// the server's own.
func TestDashboardShowsTheMetrics(t *testing.T) {
	s := open(t, serve.Config{Limits: serve.Limits{MaxBody: 1}}, "scores")
	url := listen(t, s)
	post(t, url+"/v1/predict?samples=1", bodyOf(talk(0, 3, 1)))
	refusal(t, post(t, url+"/v1/predict", make([]byte, 2<<20)), 413)
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	labels := map[string][]string{} // of every metric
	for _, line := range strings.Split(string(send(t, "GET", url+"/metrics", nil).body), "\n") {
		if found := regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? `).FindStringSubmatch(line); found != nil {
			for _, label := range regexp.MustCompile(`([a-z]+)="`).FindAllStringSubmatch(found[2], -1) {
				labels[found[1]] = append(labels[found[1]], label[1])
			}
			labels[found[1]] = append(labels[found[1]], "job", "instance") // Prometheus adds them
		}
	}
	text, err := os.ReadFile("../deploy/serve/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title, Description string
			Targets            []struct{ Expr, LegendFormat string }
		}
		Templating struct{ List []struct{ Query string } }
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	check := func(where, expr, legend string) {
		for _, one := range regexp.MustCompile(`((?:gsdnet|go|process)_[a-z_]+)(?:\{([^}]*)\})?`).FindAllStringSubmatch(expr, -1) {
			known, exists := labels[one[1]]
			if !exists {
				t.Errorf("%s: the server has no metric %s", where, one[1])
				continue
			}
			shown[one[1]] = true
			for _, label := range regexp.MustCompile(`([a-z]+)[=!]~?"`).FindAllStringSubmatch(one[2], -1) {
				if !slices.Contains(known, label[1]) {
					t.Errorf("%s: %s has no label %s", where, one[1], label[1])
				}
			}
			for _, by := range regexp.MustCompile(`by \(([a-z, ]+)\)`).FindAllStringSubmatch(expr, -1) {
				for _, label := range strings.Split(by[1], ", ") {
					if !slices.Contains(known, label) {
						t.Errorf("%s: %s has no label %s", where, one[1], label)
					}
				}
			}
			for _, label := range regexp.MustCompile(`\{\{([a-z]+)\}\}`).FindAllStringSubmatch(legend, -1) {
				if !slices.Contains(known, label[1]) {
					t.Errorf("%s: %s has no label %s for its legend", where, one[1], label[1])
				}
			}
		}
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			check(p.Title, target.Expr, target.LegendFormat)
		}
	}
	check("the variable", board.Templating.List[1].Query, "")
	for name := range labels {
		family := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if strings.HasPrefix(name, "gsdnet_") && !slices.ContainsFunc([]string{family, family + "_bucket", family + "_sum"}, func(n string) bool { return shown[n] }) {
			t.Errorf("the dashboard does not show %s", family)
		}
	}
}
