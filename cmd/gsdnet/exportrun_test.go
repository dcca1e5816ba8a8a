package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/internal/npz"
	"gsdnet/model"
)

// Every model is exported, twice with the same bytes, and ONNX Runtime computes from the
// example what this program does.
func TestExportRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: trains every model")
	}
	script, err := filepath.Abs("../../engine/onnx/testdata/run.js")
	if err != nil {
		t.Fatal(err)
	}
	names := model.Names()
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "node_modules/onnxruntime-node")); err != nil {
		t.Log("SKIPPED: no ONNX Runtime; make onnx installs it, and tests every model")
		names, script = []string{"gsdnet", "zero"}, ""
	}
	t.Chdir(t.TempDir())
	for _, name := range names {
		for _, data := range []string{"synthetic:conversations=12,turns=3-5", "classes.csv"} {
			if data == "classes.csv" {
				if name != "gsdnet" {
					continue
				}
				writeClasses(t)
			}
			run := name + filepath.Ext(data)
			execute(t, "train", "--data", data, "--out", run, "--model", name, "--set", "train.epochs=1")
			execute(t, "export", run, "one.onnx", "--in", data, "--feed", "feed.npz", "--length", "16")
			execute(t, "export", run, "two.onnx", "--in", data, "--feed", "feed.npz", "--length", "16")
			one, err := os.ReadFile("one.onnx")
			if err != nil {
				t.Fatal(err)
			}
			two, _ := os.ReadFile("two.onnx")
			if !bytes.Equal(one, two) || len(one) < 10000 {
				t.Errorf("%s: two exports differ, or are too short: %d and %d bytes", run, len(one), len(two))
			}
			checkFeed(t, run)
			compareRuntime(t, script, run)
		}
	}
}

// execute runs gsdnet and expects success.
func execute(t *testing.T, args ...string) {
	t.Helper()
	if code, _, stderr := command(append(args, "--quiet")...); code != 0 {
		t.Fatalf("gsdnet %q: code %d: %s", args, code, stderr)
	}
}

// checkFeed checks that the example has inputs and finite outputs.
func checkFeed(t *testing.T, run string) {
	t.Helper()
	file, err := npz.ReadFile("feed.npz")
	if err != nil {
		t.Fatal(err)
	}
	expected := 0
	for _, name := range file.Names() {
		if strings.HasPrefix(name, "expected_") {
			expected++
		}
	}
	if expected == 0 || file.Get("text") == nil || file.Get("present") == nil || file.Get("text").Shape[1] != 16 {
		t.Errorf("%s: the example has %v", run, file.Names())
	}
}

func compareRuntime(t *testing.T, script, run string) {
	t.Helper()
	if script == "" {
		return
	}
	out, err := exec.Command("node", script, "one.onnx", "feed.npz").CombinedOutput()
	var got struct {
		Worst float64
		N     int
	}
	if err != nil || json.Unmarshal(out, &got) != nil || got.Worst > 1e-5 || got.N < 16 {
		t.Errorf("%s: ONNX Runtime: %s, %v", run, out, err)
		return
	}
	t.Logf("%s: %d numbers, the largest relative difference is %.1e", run, got.N, got.Worst)
}

// writeClasses writes conversations with classes.
func writeClasses(t *testing.T) {
	t.Helper()
	text := "dialogue,turn,speaker,split,class,text_0,text_1,audio_0,visual_0\n"
	for i, split := range []string{"train", "train", "train", "valid", "test"} {
		for turn, class := range []string{"joy", "fear", "anger", "joy"} {
			text += strings.Join([]string{"d" + string(rune('a'+i)), string(rune('0' + turn)), "anna", split, class, "0." + string(rune('1'+turn+i)), "1", "-2", ".5"}, ",") + "\n"
		}
	}
	if err := os.WriteFile("classes.csv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
