package bulk

import (
	"context"
	"hash/maphash"
	"strconv"

	"gsdnet/dataset"
	"gsdnet/dataset/parquet"
)

// maxConversation bounds the utterances of a conversation, which is in memory as a whole.
const maxConversation = 1 << 16

// Input is a file that is divided into parts. Close it after use.
type Input struct {
	file  *parquet.File
	rows  int    // of a part
	parts []part // by Divide; one for each block of rows
	named bool   // conversations have names, not numbers from 0
}

// part is the conversations whose first rows are in a block of rows, as batches.
type part []batch

// batch is whole conversations that are read and completed together.
type batch struct {
	number   int // conversations before the batch, in the file
	from, to int // rows
}

// Open opens the file at path, which is divided into parts of so many rows. The fields name
// its columns.
func Open(path string, fields dataset.Fields, rows int) (*Input, error) {
	file, err := parquet.Open(path, fields)
	if err != nil {
		return nil, err
	}
	return &Input{file: file, rows: rows}, nil
}

// Close closes the file.
func (in *Input) Close() { _ = in.file.Close() }

// Parts returns the number of parts.
func (in *Input) Parts() int { return parts(in.file.Rows(), in.rows) }

// parts returns how many parts a number of rows has.
func parts(rows, of int) int { return (rows + of - 1) / of }

// Divide reads which conversation each row belongs to, and refuses a file in which the rows
// of a conversation do not follow one another. It keeps some 20 bytes for each conversation
// of the file until it returns. Write needs it.
func (in *Input) Divide(ctx context.Context) error {
	in.parts, in.named = make([]part, in.Parts()), false
	seed, seen := maphash.MakeSeed(), map[uint64]struct{}{}
	last, begun, number := "", 0, 0
	block := -1     // of the conversation
	var open *batch // the last one
	err := in.file.Dialogues(func(row int, name string) error {
		if row%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if row > 0 && name == last {
			if row-begun == maxConversation {
				return in.file.Fault("cut it into several conversations", row, "conversation %.80q has more than %d utterances", name, maxConversation)
			}
			return nil
		}
		hash := maphash.String(seed, name)
		if _, again := seen[hash]; again {
			return in.file.Fault("sort the file by conversation and turn, or predict it as a whole with --out FILE.csv", row, "conversation %.80q goes on after other conversations", name)
		}
		seen[hash] = struct{}{}
		in.named = in.named || !isNumber(name)
		if b := row / in.rows; b != block || row-open.from >= batchRows {
			if open != nil {
				open.to = row
			}
			block = b
			in.parts[b] = append(in.parts[b], batch{number: number, from: row})
			open = &in.parts[b][len(in.parts[b])-1]
		}
		last, begun, number = name, row, number+1
		return nil
	})
	if err != nil {
		return err
	}
	open.to = in.file.Rows()
	return nil
}

// isNumber reports whether a conversation has a number from 0 in its usual form.
func isNumber(name string) bool {
	n, err := strconv.ParseUint(name, 10, 63)
	return err == nil && strconv.FormatUint(n, 10) == name
}
