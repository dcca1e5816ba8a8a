package serve_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/serve"
)

var write = flag.Bool("write", false, "write testdata/openapi.json instead of comparing with it")

// The document of the interface changes on purpose alone. To accept a change, run
// go test ./serve -run TestOpenAPI -write.
func TestOpenAPI(t *testing.T) {
	const golden = "testdata/openapi.json"
	s := open(t, serve.Config{}, "scores")
	got := append(bytes.TrimSpace(s.OpenAPI()), '\n')
	if *write {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("the document changed: %s", d)
	}
	a := send(t, "GET", listen(t, s)+"/openapi.json", nil)
	if a.status != 200 || !bytes.Equal(bytes.TrimSpace(a.body), bytes.TrimSpace(want)) {
		t.Errorf("GET /openapi.json: got status %d and another document", a.status)
	}
}
