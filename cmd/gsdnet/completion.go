package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"

	"gsdnet/internal/fault"
	"gsdnet/model"
)

func init() {
	register[completionCmd]("completion", "Print a script that completes commands in a shell.")
}

type completionCmd struct {
	Shell string `arg:"" help:"Shell to print the script for: bash, zsh or fish."`
}

// Help is the example under --help.
func (completionCmd) Help() string {
	return `Example:
  source <(gsdnet completion bash)

For zsh, write the script as _gsdnet into a folder of $fpath, or source it after
compinit. For fish, write it to ~/.config/fish/completions/gsdnet.fish.`
}

// Run prints the script.
func (c *completionCmd) Run(_ context.Context, term *terminal) error {
	script, known := completionScripts[c.Shell]
	if !known {
		return fault.Input("choose one of bash, zsh, fish", "no completion for the shell %q", c.Shell)
	}
	parser, err := newParser(&root{}, term)
	if err != nil {
		return err
	}
	return writeCompletion(term.out, script, parser.Model.Node)
}

// completed is one place on the command line: a verb, and what may follow it.
type completed struct {
	Verb   string // "data mask", or "" for the beginning
	Last   string // the last word of Verb
	Verbs  []completedVerb
	Flags  []completedFlag
	Leaf   bool // files may follow
	Words  string
	Parent string
}

type completedVerb struct{ Name, Help string }

type completedFlag struct {
	Name, Help string
	Value      bool     // a value follows
	Known      []string // all its values, if they can be listed
}

// places lists the places of the command line, from the top.
func places(node *kong.Node, verb, parent string, flags []completedFlag) []completed {
	p := completed{Verb: verb, Last: node.Name, Parent: parent, Leaf: len(node.Children) == 0, Flags: flags}
	if verb == "" {
		p.Last = ""
	}
	for _, flag := range node.Flags {
		f := completedFlag{Name: flag.Name, Help: oneQuote(flag.Help), Value: !flag.IsBool()}
		if flag.Name == "model" {
			f.Known = model.Names()
		}
		p.Flags = append(p.Flags, f)
	}
	var words, below = []string{}, []completed{}
	for _, child := range node.Children {
		p.Verbs = append(p.Verbs, completedVerb{child.Name, oneQuote(child.Help)})
		words = append(words, child.Name)
		below = append(below, places(child, strings.TrimSpace(verb+" "+child.Name), p.Last, p.Flags)...)
	}
	for _, flag := range p.Flags {
		words = append(words, "--"+flag.Name)
	}
	p.Words = strings.Join(words, " ")
	return append([]completed{p}, below...)
}

// oneQuote makes a help text fit between single quotes.
func oneQuote(help string) string { return strings.ReplaceAll(help, "'", "’") }

// writeCompletion writes the script of a shell.
func writeCompletion(w io.Writer, script string, root *kong.Node) error {
	t, err := template.New("completion").Funcs(template.FuncMap{"join": strings.Join}).Parse(script)
	if err != nil {
		return fmt.Errorf("completion script: %w", err)
	}
	return t.Execute(w, struct {
		Places []completed
		Models string
	}{places(root, "", "", nil), strings.Join(model.Names(), " ")})
}

// completionScripts are the templates, by shell.
var completionScripts = map[string]string{
	"bash": `# Completion of gsdnet in bash: source <(gsdnet completion bash)
_gsdnet() {
	local word verb= words= cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case "${verb:+$verb }$word" in
{{- range .Places}}{{if .Verb}}
		'{{.Verb}}') verb='{{.Verb}}' ;;{{end}}{{end}}
		esac
	done
	if [[ $prev == --model ]]; then
		COMPREPLY=($(compgen -W '{{.Models}}' -- "$cur"))
		return
	fi
	case $verb in
{{- range .Places}}
	'{{.Verb}}') words='{{.Words}}'{{if .Leaf}}; [[ $cur == -* ]] || words={{end}} ;;{{end}}
	esac
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _gsdnet gsdnet
`,
	"zsh": `#compdef gsdnet
# Completion of gsdnet in zsh.
_gsdnet() {
	local word verb= ; local -a found
	for word in ${words[2,CURRENT-1]}; do
		case "${verb:+$verb }$word" in
{{- range .Places}}{{if .Verb}}
		'{{.Verb}}') verb='{{.Verb}}' ;;{{end}}{{end}}
		esac
	done
	if [[ ${words[CURRENT-1]} == --model ]]; then
		compadd -- {{.Models}}
		return
	fi
	case $verb in
{{- range .Places}}
	'{{.Verb}}') found=({{.Words}}){{if .Leaf}}; [[ ${words[CURRENT]} == -* ]] || found=(){{end}} ;;{{end}}
	esac
	if (( $#found )); then compadd -- $found; else _files; fi
}
compdef _gsdnet gsdnet
`,
	"fish": `# Completion of gsdnet in fish.
{{range .Places}}{{$here := .}}
{{- range .Verbs}}complete -c gsdnet -f -n '{{if $here.Verb}}__fish_seen_subcommand_from {{$here.Last}}; and not __fish_seen_subcommand_from{{range $here.Verbs}} {{.Name}}{{end}}{{else}}__fish_use_subcommand{{end}}' -a {{.Name}} -d '{{.Help}}'
{{end}}
{{- if .Leaf}}{{range .Flags}}complete -c gsdnet -n '__fish_seen_subcommand_from {{$here.Last}}' -l {{.Name}}{{if .Known}} -x -a '{{join .Known " "}}'{{else if .Value}} -r{{end}} -d '{{.Help}}'
{{end}}{{end}}
{{- end}}`,
}
