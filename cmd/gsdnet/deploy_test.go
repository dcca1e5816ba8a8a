package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// deployed returns a file of deploy/serve.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../deploy/serve", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parsed returns the server that a command line describes. Its flags exist and their values
// are accepted.
func parsed(t *testing.T, args []string) *serveCmd {
	t.Helper()
	var flags root
	parser, err := newParser(&flags, &terminal{out: io.Discard, err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	got, err := parser.Parse(args)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	command, ok := got.Selected().Target.Addr().Interface().(*serveCmd)
	if !ok {
		t.Fatalf("%q does not serve", args)
	}
	return command
}

// setting returns the values of a setting of a unit.
func setting(unit, name string) (values []string) {
	for _, found := range regexp.MustCompile(`(?m)^`+name+`=(.*)$`).FindAllStringSubmatch(unit, -1) {
		values = append(values, found[1])
	}
	return values
}

// The unit starts the server with flags that exist and with the token that systemd loads,
// and gives it the time that it may take to stop.
func TestUnitStartsTheServer(t *testing.T) {
	unit := deployed(t, "gsdnet.service")
	words := strings.Fields(setting(unit, "ExecStart")[0])
	command := parsed(t, words[1:])
	if filepath.Base(words[0]) != "gsdnet" || command.Token != "%d/token" || !strings.HasPrefix(setting(unit, "LoadCredential")[0], "token:") {
		t.Errorf("got %q with the token %q", words, command.Token)
	}
	if runs := setting(unit, "ReadOnlyPaths")[0]; !strings.HasPrefix(command.Runs[0], runs+"/") {
		t.Errorf("the run %s is not in %s", command.Runs[0], runs)
	}
	if seconds, err := strconv.Atoi(setting(unit, "TimeoutStopSec")[0]); err != nil || seconds <= command.StopTimeout {
		t.Errorf("TimeoutStopSec=%d, error %v, want more than --stop-timeout %d", seconds, err, command.StopTimeout)
	}
	if got := setting(unit, "ExecReload")[0]; !strings.Contains(got, "-HUP") {
		t.Errorf("ExecReload=%s, want the hang-up signal", got)
	}
}

// systemd knows every setting of the unit, and calls it well protected.
func TestUnitIsValid(t *testing.T) {
	analyse, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("SKIPPED: systemd-analyze is not installed, so that it does not check the unit")
	}
	program := filepath.Join(t.TempDir(), "gsdnet")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "gsdnet.service")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(deployed(t, "gsdnet.service"), "/usr/local/bin/gsdnet", program)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "--man=no"}, {"security", "--offline=true", "--threshold=20"}} {
		out, err := exec.CommandContext(t.Context(), analyse, append(args, path)...).CombinedOutput()
		if err != nil || strings.Contains(string(out), "gnoring") {
			t.Errorf("systemd-analyze %s: %v: %s", args[0], err, out)
		}
	}
}

// The container starts the server with flags that exist, is built by the line of the
// Makefile and the Go version of the module, and stops as the server expects.
func TestContainerStartsTheServer(t *testing.T) {
	file := deployed(t, "Containerfile")
	line := func(name string) string {
		t.Helper()
		found := regexp.MustCompile(`(?m)^` + name + ` (.*)$`).FindStringSubmatch(file)
		if found == nil {
			t.Fatalf("no line %s", name)
		}
		return found[1]
	}
	var entry, args []string
	if err := json.Unmarshal([]byte(line("ENTRYPOINT")), &entry); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(line("CMD")), &args); err != nil {
		t.Fatal(err)
	}
	command := parsed(t, append(entry[1:], args...))
	if command.Token == "" || !strings.HasSuffix(command.Addr, ":"+line("EXPOSE")) {
		t.Errorf("got the token file %q and the address %q, want a token and the port %s", command.Token, command.Addr, line("EXPOSE"))
	}
	if line("STOPSIGNAL") != "SIGTERM" || strings.HasPrefix(line("USER"), "0") {
		t.Errorf("got the signal %s and the user %s", line("STOPSIGNAL"), line("USER"))
	}
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(module))[1]
	if from := line("FROM"); from != "golang:"+version+" AS build" {
		t.Errorf("got the image %q, want Go %s", from, version)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"-trimpath", "-X main.version=", "./cmd/gsdnet"} {
		if !strings.Contains(file, part) || !strings.Contains(string(makefile), part) {
			t.Errorf("%s is not in the build of the container and in that of the Makefile", part)
		}
	}
}
