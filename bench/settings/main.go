// Command settings writes docs/config.md, the page of all settings, from the structs
// that hold them: the key is the toml tag of a field, the range its limit tag, the
// meaning its comment, and the default what rundir.DefaultConfig has.
//
//	go run ./bench/settings           write docs/config.md
//	go run ./bench/settings -count    print the number of settings
//
// Start reading at page.
package main

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"

	"gsdnet/internal/atomicfile"
	"gsdnet/model"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
)

const path = "docs/config.md"

func main() {
	count := flag.Bool("count", false, "print the number of settings instead")
	flag.Parse()
	text, keys, err := page(".")
	switch {
	case err != nil:
	case *count:
		fmt.Println(keys)
	default:
		err = atomicfile.Write(path, text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "settings:", err)
		os.Exit(1)
	}
}

const intro = `# Settings

<!-- Written by go run ./bench/settings from the comments of the source. Do not edit. -->

` + "`gsdnet train --config F.toml --set key=value`" + ` reads these settings. A key that is not
listed here is an error. The file ` + "`config.toml`" + ` in the directory of a run has all
settings that the run was trained with. A table of the form ` + "`[train]`" + ` is a section of
the file; on the command line, its key ` + "`epochs`" + ` is ` + "`train.epochs`" + `.

`

const outro = "\n`configs/paper-reader.toml`" + ` gives GSDNet as printed the predictor that all models share.

Before training starts, its memory is estimated from the settings, the widths of the
features and the lengths of the conversations (` + "`train/cost.go`" + `, within a factor of 2).
Training is refused if the estimate is more than the machine, its control group or
` + "`GOMEMLIMIT`" + ` allows. The error names the setting whose half saves the most memory. A
file of settings has at most 1 MiB.
`

// page returns the page and the number of settings on it. Root is the folder of the
// project's source.
func page(root string) ([]byte, int, error) {
	c := rundir.DefaultConfig()
	w := &writer{source: source{root: root}}
	w.WriteString(intro)
	w.begin("Outside tables", "")
	w.row("model", fmt.Sprintf("`%q`", c.Model), "one of "+strings.Join(model.Names(), ", "), "model to train")
	w.table("data", "Which array of the data file plays which part. An empty name stands for the key itself.", c.Data)
	w.table("missing", "What is withheld in training and in validation.", c.Missing)
	w.table("train", "How to fit.", c.Train)
	done := map[string]bool{}
	for _, name := range model.Names() {
		if done[name] {
			continue
		}
		kind, err := model.Lookup(name)
		if err != nil {
			return nil, 0, err
		}
		text := "Settings of the model " + name + ": " + kind.Summary + "."
		for _, other := range model.Names() {
			if other != name && reflect.DeepEqual(c.Settings[name], c.Settings[other]) {
				text += " The table [" + other + "] has the same keys and defaults."
				done[other] = true
				w.keys += keys(reflect.TypeOf(c.Settings[other]).Elem())
			}
		}
		w.table(name, text, c.Settings[name])
	}
	w.WriteString(outro)
	return w.Bytes(), w.keys, w.err
}
