package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// A line of progress is narrower than the terminal, whose cursor would wrap, and has a
// bar and only finite numbers.
func TestProgressFits(t *testing.T) {
	for _, columns := range []int{20, 48, 60, 80, 100, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			matrixFolder(t)
			drawn := onTerminal(t, columns, func(screen *os.File) {
				term := &terminal{out: &bytes.Buffer{}, err: screen, live: true}
				for _, line := range []string{
					"train --data=good.npz --out=new --set=model=zero --set=zero.width=8 --set=train.epochs=300 --set=train.patience=0",
					"eval new --data=good.npz --samples=20",
					"sweep grid.toml --out=many",
				} {
					if code := run(t.Context(), strings.Fields(line), term); code != 0 {
						t.Errorf("gsdnet %s: code %d", line, code)
					}
				}
			})
			bars := 0
			for _, line := range strings.FieldsFunc(drawn, func(r rune) bool { return r == '\r' || r == '\n' }) {
				if n := utf8.RuneCountInString(line); n > columns {
					t.Errorf("%d columns: %q", n, line)
				}
				if strings.Contains(line, "NaN") || strings.Contains(line, "Inf") {
					t.Errorf("no finite number: %q", line)
				}
				if strings.Contains(line, "█") {
					bars++
				}
			}
			if want := columns >= narrowest; (bars > 0) != want {
				t.Errorf("bars drawn: %d, want some: %v\n%q", bars, want, drawn)
			}
			if columns >= 80 && !strings.Contains(drawn, "loss ") {
				t.Errorf("no loss is shown: %q", drawn)
			}
		})
	}
}

// onTerminal opens a terminal of a width and returns what is drawn on it.
func onTerminal(t *testing.T, columns int, draw func(*os.File)) string {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("SKIPPED: no terminals: ", err)
	}
	defer control.Close()
	number, err := unix.IoctlGetInt(int(control.Fd()), unix.TIOCGPTN)
	if err := errors.Join(err, unix.IoctlSetPointerInt(int(control.Fd()), unix.TIOCSPTLCK, 0),
		unix.IoctlSetWinsize(int(control.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)})); err != nil {
		t.Skip("SKIPPED: no terminals: ", err)
	}
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("SKIPPED: no terminals: ", err)
	}
	text := make(chan string)
	go func() {
		var all bytes.Buffer
		_, _ = all.ReadFrom(control) // ends with an error when the screen is closed
		text <- all.String()
	}()
	draw(screen)
	if err := screen.Close(); err != nil {
		t.Fatal(err)
	}
	return <-text
}
