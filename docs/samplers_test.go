package docs_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"gsdnet/diffusion"
)

// The tables of samplers.md are those of the declarations. This writes them:
//
//	go test ./docs -run Pages -update
func TestPagesListTheSamplers(t *testing.T) {
	const page = "samplers.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for name, table := range map[string]string{"samplers": samplerTable(), "schedules": scheduleTable(), "kinds": kindTable()} {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
		before, rest, found := strings.Cut(want, begin)
		_, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("%s has no %s … %s", page, strings.TrimSpace(begin), end)
		}
		want = before + begin + table + end + after
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s is not what the declarations say: go test ./docs -run Pages -update", page)
	}
}

func samplerTable() string {
	out := "| sampler | what it is | order | evaluations in *n* steps | network's answer read as | source |\n|---|---|---|---|---|---|\n"
	for _, s := range diffusion.Samplers() {
		order := fmt.Sprint(s.Order)
		if s.Order == 0 {
			order = "none: a small bias remains"
		}
		out += row("`"+s.Name+"`", s.Help, order, evaluations(s), "`"+string(s.Reads)+"`", s.Paper)
	}
	return out
}

// evaluations writes the number of evaluations as a formula in n.
func evaluations(s diffusion.Sampler) string {
	out := "n"
	if s.Step.Evaluations != 1 {
		out = fmt.Sprintf("%dn", s.Step.Evaluations)
	}
	if more := s.LastStep.Evaluations - s.Step.Evaluations; more != 0 {
		out += strings.Replace(fmt.Sprintf(" %+d", more), "-", "− ", 1)
	}
	return out
}

func scheduleTable() string {
	out := "| schedule | what it is | source |\n|---|---|---|\n"
	for _, s := range diffusion.Schedules() {
		out += row("`"+s.Name+"`", s.Help, s.Paper)
	}
	return out
}

func kindTable() string {
	out := "| kind | what it is | its settings | source |\n|---|---|---|---|\n"
	for _, k := range diffusion.Kinds() {
		out += row("`"+k.Name+"`", k.Help, "`"+strings.Join(k.Keys, "`, `")+"`", k.Paper)
	}
	return out
}

func row(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
