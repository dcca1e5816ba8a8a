package nats

import (
	"time"
)

// What a worker asks the head. A request is JSON on the subject of its kind, and so is the
// answer. The head gives the same answer to a request that is repeated.
const (
	askHello   = "hello"   // what does the sweep need? The answer lists the data
	askClaim   = "claim"   // may I run this cell, which the stream gave me?
	askEnd     = "end"     // here are the results of a cell, or its error
	askPutBack = "putback" // I stop before the end of this cell
	askStatus  = "status"  // how far is the sweep?
	askBye     = "bye"     // I have heard that the sweep is over
	tellAlive  = "alive"   // I work; without an answer
)

// request is what a worker asks.
type request struct {
	Sweep   string `json:"sweep"`   // identity of the sweep, empty in askHello
	Program string `json:"program"` // version of the worker's program
	Worker  string `json:"worker"`  // its name
	Cell    string `json:"cell,omitempty"`
	// Of askEnd: the object with the results and its SHA-256, or the error.
	Object  string  `json:"object,omitempty"`
	Hash    string  `json:"sha256,omitempty"`
	Error   string  `json:"error,omitempty"`
	Hint    string  `json:"hint,omitempty"`
	Log     string  `json:"log,omitempty"` // the end of the cell's log, by cell in tellAlive
	Seconds float64 `json:"seconds,omitempty"`
	// Logs are, in tellAlive, the last lines of the logs of the cells that run.
	Logs map[string]string `json:"logs,omitempty"`
}

// Verdicts of the head.
const (
	verdictRun     = "run"     // the cell is the worker's
	verdictEnded   = "ended"   // the cell has ended: forget it
	verdictStored  = "stored"  // the results are on the head's disk, or those of another worker are
	verdictDamaged = "damaged" // the results did not arrive as they were: send them again
	verdictAgain   = "again"   // the head cannot store results now: ask later
	verdictRefused = "refused" // the worker does not belong here, or its results do not
	verdictFine    = "fine"
)

// reply is what the head answers.
type reply struct {
	Verdict string `json:"verdict"`
	Text    string `json:"text,omitempty"` // why, if refused
	Hint    string `json:"hint,omitempty"`
	Sweep   string `json:"sweep,omitempty"` // its identity
	Over    bool   `json:"over,omitempty"`  // every cell has ended
	// Of askHello.
	LostAfter time.Duration `json:"lost_after,omitempty"` // nanoseconds
	Files     []File        `json:"files,omitempty"`
	// Of askStatus.
	Status *Status `json:"status,omitempty"`
}

// File is a file of the data sets. Object and Hash are the SHA-256 of its content.
type File struct {
	Path string `json:"path"` // below the data directory, with slashes
	Hash string `json:"sha256"`
	From string `json:"-"` // where the head has it
}

// Status says how far a sweep is.
type Status struct {
	Total   int       `json:"total"`  // cells
	Ended   int       `json:"ended"`  // those that are finished or failed
	Failed  int       `json:"failed"` // those that failed or were set aside
	Before  int       `json:"before"` // those that were finished before the head started
	Started time.Time `json:"started"`
	Left    float64   `json:"seconds_left"` // estimate from the cells so far; 0 if there are none
	Workers int       `json:"workers"`      // that were heard of lately, without the head's own
	Running []Running `json:"running"`
	Failing []string  `json:"failures"` // cells that failed, with their errors
}

// Running is a cell that a worker has.
type Running struct {
	Cell    string  `json:"cell"`
	Worker  string  `json:"worker"`
	Seconds float64 `json:"seconds"`
	Lost    int     `json:"lost"` // workers that were lost with it before
}
