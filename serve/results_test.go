package serve_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/internal/fault"
	"gsdnet/internal/results"
	"gsdnet/report"
	"gsdnet/serve"
)

// Results are listed and read, pictures carry a policy of their own, and no name leads out
// of a folder, whatever it is written with.
func TestResults(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	page := "# Results\n\n1 run.\n\n## Summary: talk, random missing\n\nA note.\n\n**averages**\n\n| model | MAE |\n|:------|----:|\n| zero | **1.0** |\n\n![mae](figures/rate.svg)\n\nMAE against the rate.\n"
	for path, text := range map[string]string{
		filepath.Join(dir, report.Main): page, filepath.Join(dir, "config.toml"): "secret", filepath.Join(outside, "secret.svg"): "secret",
		filepath.Join(dir, report.FigureDir, "rate.svg"): "<svg/>",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, report.FigureDir, "out")); err != nil {
		t.Fatal(err)
	}
	broken := serve.Source{Name: "broken", Picture: func(string) ([]byte, error) { return nil, errors.New("none") },
		View: func(context.Context) (*results.View, error) {
			return nil, fault.Input("give the sweep again", "%s/metrics.json: not JSON", outside)
		}}
	url := listen(t, open(t, serve.Config{Token: token, Results: []serve.Source{{
		Name:    "talk",
		View:    func(ctx context.Context) (*results.View, error) { return report.View(ctx, dir) },
		Picture: func(file string) ([]byte, error) { return report.PictureOf(dir, file) },
	}, broken}}, "scores"))
	get := func(path string) answer { return send(t, "GET", url+path, nil, "Authorization", "Bearer "+token) }
	list := into[struct{ Results []struct{ Name string } }](t, get("/v1/results"), 200).Results
	if len(list) != 2 || list[0].Name != "talk" {
		t.Errorf("got %+v, want talk and broken", list)
	}
	v := into[results.View](t, get("/v1/results/0"), 200)
	if v.Kind != "report" || v.Sections[0].Tables[0].Parts[0].Rows[0][1] != (results.Cell{Text: "1.0", Best: true}) || v.Sections[0].Pictures[0].Caption != "MAE against the rate." {
		t.Errorf("got %+v, want the report", v)
	}
	picture := get("/v1/results/0/pictures/rate.svg")
	if picture.status != 200 || string(picture.body) != "<svg/>" || picture.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(picture.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("got status %d, %v, %s, want the picture with a policy", picture.status, picture.header, picture.body)
	}
	for _, name := range []string{"..%2f..%2fconfig.toml", "..%2Freport.md", "%2e%2e%2fconfig.toml", "..%5c..%5cconfig.toml", "out%2fsecret.svg", "absent.svg", "%2fetc%2fpasswd", "report.md", "rate.svg%00", strings.Repeat("a", 300)} {
		a := get("/v1/results/0/pictures/" + name)
		if a.status/100 != 4 || strings.Contains(string(a.body), "secret") || strings.Contains(string(a.body), dir) {
			t.Errorf("%s: got status %d, %s, want a refusal", name, a.status, a.body)
		}
	}
	if p := refusal(t, get("/v1/results/1"), 422); !strings.Contains(p.Detail, "broken") || p.Hint != "give the sweep again" || strings.Contains(p.Detail, outside) {
		t.Errorf("got %+v, want the name of the folder without its path", p)
	}
	refusal(t, get("/v1/results/2"), 404)
	refusal(t, get("/v1/results/-1"), 422)
	refusal(t, send(t, "GET", url+"/v1/results", nil), 401)
	refusal(t, send(t, "DELETE", url+"/v1/results/0", nil, "Authorization", "Bearer "+token), http.StatusMethodNotAllowed)
}
