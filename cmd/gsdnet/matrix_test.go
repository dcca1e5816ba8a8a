package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	datanpz "gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
)

// arguments are values that are accepted in the folder that matrixFolder makes, by the
// name of an argument or of a flag that must be given. A verb that needs others has
// them in special.
var arguments = map[string]string{
	"file": "good.npz", "run": "run", "data": "good.npz", "in": "good.npz", "out": "new-out",
}

// special has the values of verbs to which arguments does not apply, and flags that
// make a verb quick.
var special = map[string]string{
	"completion":   "bash",
	"data export":  "good.npz --out=new-export.parquet",
	"data import":  "good.npz --out=new-import.npz",
	"data turns":   "talk.vtt --out=new-turns.csv",
	"data split":   "good.npz --out=new-split.npz",
	"export":       "run new.onnx --length=8",
	"features":     "--turns=talk.vtt --audio=sound.wav --out=new-features.npz",
	"eval":         "run --data=good.npz --samples=1",
	"impute":       "run --in=good.npz --out=new.npz --samples=2",
	"predict":      "run --in=good.npz --out=new.csv --samples=1",
	"report":       "sweep --out=new-report",
	"sweep merge":  "shard --out=new-merged",
	"sweep run":    "grid.toml --out=new-sweep",
	"train":        "--data=good.npz --out=new-run --set=model=zero --set=zero.width=8 --set=zero.hidden=8 --set=train.epochs=2",
	"sweep status": "sweep",
	"worker":       "nats://127.0.0.1:9 --patience=1 --dir=new-worker",
}

// accepted returns a command line of a verb that is accepted.
func accepted(t *testing.T, name string) []string {
	t.Helper()
	args := strings.Fields(name)
	if rest, ok := special[name]; ok {
		return append(args, strings.Fields(rest)...)
	}
	value := func(of string) string {
		if arguments[of] == "" {
			t.Fatalf("gsdnet %s: no value for %q is known; add one to special in matrix_test.go", name, of)
		}
		return arguments[of]
	}
	node := verbNode(t, args)
	for _, argument := range node.Positional {
		args = append(args, value(argument.Name))
	}
	for _, flag := range node.Flags {
		if flag.Required {
			args = append(args, "--"+flag.Name+"="+value(flag.Name))
		}
	}
	return args
}

// words lists the verbs, without groups.
func words() []string {
	var names []string
	for name, v := range verbs {
		if v.flags != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// The help of every verb is a sentence and has an example of that verb.
func TestEveryVerbHasAnExample(t *testing.T) {
	for _, name := range words() {
		var out, errs bytes.Buffer
		if code := run(t.Context(), append(strings.Fields(name), "--help"), &terminal{out: &out, err: &errs}); code != 0 {
			t.Errorf("gsdnet %s --help: code %d: %s", name, code, errs.String())
		}
		example := regexp.MustCompile(`(?s)Examples?:\n.*gsdnet ` + name + `\b`)
		if !example.Match(out.Bytes()) {
			t.Errorf("gsdnet %s --help has no example:\n%s", name, out.String())
		}
		if help := verbs[name].help; !strings.HasSuffix(help, ".") || strings.ToUpper(help[:1]) != help[:1] {
			t.Errorf("gsdnet %s: %q is not a sentence", name, help)
		}
	}
}

// A verb of two words belongs to a group that is registered.
func TestEveryGroupIsRegistered(t *testing.T) {
	for _, name := range words() {
		if parent, _ := cutLast(name); parent != "" && verbs[parent].help == "" {
			t.Errorf("gsdnet %s: no group %q is registered", name, parent)
		}
	}
}

// A name that is taken is refused when the program starts.
func TestVerbTwice(t *testing.T) {
	defer func() {
		if got, want := fmt.Sprint(recover()), `gsdnet: the verb "train" is registered twice`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}()
	register[trainCmd]("train", "Train it again.")
}

// bad are values that no flag and no argument was made for.
var bad = []string{
	"", " ", "-1", "nan", "Inf", "1e999", "99999999999999999999", "0x1p-2", "%s%d", "a=b", "\x1b[2J",
	"folder", "closed", "/dev/null", "absent/absent.npz", "text.npz", "Blätter ohne Namen/名前.npz", "good.npz/below",
	strings.Repeat("long", 100),
}

// settings are wrong values of --set.
var settings = []string{
	"gsdnet", "=", "=1", "gsdnet=1", "data=1", "train=[]", "train.epochs=1.5", "train.epochs=x", "train.epochs=-1", "train.epochs=1e99",
	"train.rate=nan", "train.rate=inf", "train.batch=99999999999999999999", "model=1", "model=", "missing.rate=[1]", "missing.seed=-1",
	"gsdnet.width={}", "gsdnet.sde_x=1", "gsdnet.kernel=\"3\"", "x y=1", "train.epochs=1\n[train]", "\"=1", "data.text=1", "data.text=absent", "train.epochs=\x00",
}

// foreign are words of the language and the libraries that the program is written
// with. A user has never heard of them.
var foreign = regexp.MustCompile(`panic|goroutine|runtime error|nil pointer|%!|(?:^|[^.])toml:|kong|strconv|reflect|struct|interface \{|\*\w+\.\w+|\b(u?int|float)(32|64)\b|EOL|\d+ bit|syscall|context canceled|<nil>`)

// TestMatrix gives every flag and argument of every verb values that are wrong. Each
// ends with an exit code of the contract, an error on one line and a hint on the next,
// and leaves nothing behind.
func TestMatrix(t *testing.T) {
	matrixFolder(t)
	cases, tried := 0, 0
	for _, verb := range words() {
		base := accepted(t, verb)
		node := verbNode(t, base)
		name := strings.ReplaceAll(strings.TrimPrefix(node.FullPath(), "gsdnet "), " ", "-")
		t.Run(name, func(t *testing.T) {
			tried++
			verb := strings.Fields(node.FullPath())[1:]
			all := [][]string{verb, append(slices.Clone(base), "--no-such-flag"), append(slices.Clone(base), "extra", "words"), append(slices.Clone(base), "--quiet=x")}
			for _, flag := range node.Flags {
				values := bad
				if flag.Name == "set" {
					values = settings
				}
				for _, value := range values {
					if flag.Name == "out" && value == "/dev/null" {
						continue
					}
					all = append(all, replaced(base, "--"+flag.Name, value))
				}
			}
			for i := range node.Positional {
				for _, value := range bad {
					args := slices.Clone(base)
					args[len(verb)+i] = value
					all = append(all, args)
				}
			}
			for _, args := range all {
				if name == "demo" && len(args) == 1 { // it has nothing to refuse
					continue
				}
				cases++
				check(t, args)
			}
		})
	}
	if !t.Failed() && cases < 300 && tried == len(words()) {
		t.Errorf("%d cases, want 300 or more", cases)
	}
	t.Logf("%d cases", cases)
}

// replaced replaces or adds a flag.
func replaced(base []string, flag, value string) []string {
	args := slices.DeleteFunc(slices.Clone(base), func(arg string) bool { return strings.HasPrefix(arg, flag+"=") && flag != "--set" })
	return append(args, flag+"="+value)
}

// check runs one command line, which may be stopped after a moment.
func check(t *testing.T, args []string) {
	t.Helper()
	before := listing(t)
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(20*time.Millisecond, cancel)
	defer timer.Stop()
	defer cancel()
	var out, errs bytes.Buffer
	code := run(ctx, args, &terminal{out: &out, err: &errs})
	fault := func(format string, a ...any) {
		t.Helper()
		t.Errorf("gsdnet %q: code %d: %s\n%s", args, code, fmt.Sprintf(format, a...), errs.String())
	}
	if code < 0 || code > 2 {
		fault("no exit code of the contract")
	}
	if word := foreign.FindString(errs.String()); word != "" {
		fault("%q in the message", word)
	}
	count := map[string]int{}
	for _, line := range strings.Split(strings.TrimSuffix(errs.String(), "\n"), "\n") {
		kind, _, _ := strings.Cut(strings.TrimPrefix(line, "gsdnet: "), ":")
		count[kind]++
		if len(line) > 700 {
			fault("a line of %d characters", len(line))
		}
	}
	if code != 0 && (count["error"] != 1 || count["hint"] != 1 || count["error"]+count["hint"]+count["note"]+count["warning"] != len(strings.Split(strings.TrimSpace(errs.String()), "\n"))) {
		fault("not one line of error and one of hint")
	}
	after := listing(t)
	for _, path := range after {
		if !slices.Contains(before, path) {
			if code == exitInput || strings.Contains(filepath.Base(path), ".tmp") {
				fault("%s is left", path)
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// listing lists the folder.
func listing(t *testing.T) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// verbNode returns what the parser knows of a verb.
func verbNode(t *testing.T, args []string) *kong.Node {
	t.Helper()
	parser, err := newParser(&root{}, &terminal{out: io.Discard, err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	node := parser.Model.Node
	for _, arg := range args {
		for _, child := range node.Children {
			if child.Name == arg {
				node = child
				break
			}
		}
	}
	return node
}

// matrixFolder makes a folder with data, a run and a sweep, and changes into it.
func matrixFolder(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GSDNET_DATA", "")
	corpus := synthetic.New(synthetic.Config{Train: 2, Valid: 1, Test: 1, MinTurns: 6, MaxTurns: 6, Dims: [3]int{3, 2, 2}})
	if err := datanpz.Write("good.npz", corpus); err != nil {
		t.Fatal(err)
	}
	for _, made := range []error{
		os.Mkdir("folder", 0o755),
		os.WriteFile("closed", []byte("secret"), 0),
		os.WriteFile("talk.vtt", []byte("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Hello\n"), 0o600),
		os.WriteFile("sound.wav", wavFile(16000, toneSamples(3)), 0o600),
		os.WriteFile("text.npz", []byte("this is no archive\n"), 0o600),
		os.WriteFile("grid.toml", []byte("models = [\"zero\"]\nrates = [0.3]\n[[dataset]]\nname = \"good\"\npath = \"good.npz\"\n[train]\nepochs = 2\n[zero]\nwidth = 8\nhidden = 8\n"), 0o600),
	} {
		if made != nil {
			t.Fatal(made)
		}
	}
	for _, line := range []string{
		"train --data=good.npz --out=run --set=model=zero --set=zero.width=8 --set=zero.hidden=8 --set=train.epochs=2",
		"sweep grid.toml --out=sweep",
		"sweep grid.toml --out=shard --shard=1/1",
	} {
		var errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(line), &terminal{out: &bytes.Buffer{}, err: &errs}); code != 0 {
			t.Fatalf("gsdnet %s: code %d: %s", line, code, errs.String())
		}
	}
}
