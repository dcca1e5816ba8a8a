package main

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/dataset/turns"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
	"gsdnet/serve"
)

// media returns the recordings of --media, and how their times are read.
func (c *serveCmd) media() serve.Media {
	return serve.Media{Paths: c.Media, Transcript: transcriptTimes, Data: dataTimes}
}

// transcriptTimes returns when each turn of a transcript begins and ends.
func transcriptTimes(path string) ([]serve.Span, error) {
	talk, err := turns.Read(path, turns.Options{})
	if err != nil {
		return nil, err
	}
	out := make([]serve.Span, len(talk.Turns))
	for i, turn := range talk.Turns {
		out[i] = serve.Span{Begin: turn.Begin.Seconds(), End: turn.End.Seconds()}
	}
	return out, nil
}

// dataTimes returns the times in a data file, row by row: the arrays begin and end of a .npz,
// or the columns of a .csv, in seconds. It is nil if the file has none.
func dataTimes(path string) ([]serve.Span, error) {
	var begin, end []float64
	var err error
	switch strings.ToLower(filepath.Ext(path)) {
	case ".npz":
		begin, end, err = arrayTimes(path)
	case ".csv":
		begin, end, err = columnTimes(path)
	}
	switch {
	case err != nil:
		return nil, fault.Input("give begin and end as seconds, one of each a row, or leave both out", "%s: the times of its rows cannot be read: %w", path, err)
	case len(begin) != len(end):
		return nil, fault.Input("give begin and end as seconds, one of each a row, or leave both out", "%s: it has %d times begin and %d times end", path, len(begin), len(end))
	}
	var out []serve.Span
	for i := range begin {
		out = append(out, serve.Span{Begin: begin[i], End: end[i]})
	}
	return out, nil
}

// arrayTimes reads the arrays begin and end of a .npz.
func arrayTimes(path string) (begin, end []float64, err error) {
	file, err := npz.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if file.Get("begin") == nil || file.Get("end") == nil {
		return nil, nil, nil
	}
	if begin, err = file.Get("begin").Float64s(); err != nil {
		return nil, nil, err
	}
	end, err = file.Get("end").Float64s()
	return begin, end, err
}

// columnTimes reads the columns begin and end of a .csv, which may be written as
// 00:01:02.345.
func columnTimes(path string) (begin, end []float64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }()
	r := csv.NewReader(file)
	r.ReuseRecord = true
	head, err := r.Read()
	if err != nil {
		return nil, nil, nil // the reader of the data has said what is wrong
	}
	at := [2]int{slices.Index(head, "begin"), slices.Index(head, "end")}
	if at[0] < 0 || at[1] < 0 {
		return nil, nil, nil
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return begin, end, nil
		} else if err != nil {
			return nil, nil, err
		}
		for k, to := range []*[]float64{&begin, &end} {
			d, err := turns.ParseClock(strings.TrimSpace(record[at[k]]))
			if err != nil {
				return nil, nil, err
			}
			*to = append(*to, d.Seconds())
		}
	}
}
