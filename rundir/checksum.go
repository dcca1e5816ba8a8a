package rundir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// sumKey is the key of the SHA-256 of a checkpoint in its metadata, in hexadecimal. It is
// the sum of the whole file with the sum itself replaced by zeroSum, so a change of any
// bit is detected.
const sumKey = "sha256"

var zeroSum = strings.Repeat("0", 2*sha256.Size)

// writeSum replaces the zeroSum in a checkpoint by its sum.
func writeSum(data []byte) error {
	at := findSum(data, zeroSum)
	if at < 0 {
		return errors.New("train: the checkpoint has no place for its checksum")
	}
	sum := sha256.Sum256(data)
	hex.Encode(data[at:], sum[:])
	return nil
}

// verifySum returns an error if the sum of a checkpoint is not the one that it declares.
func verifySum(data []byte, declared string) error {
	at := findSum(data, declared)
	if at < 0 || len(declared) != len(zeroSum) {
		return errors.New("the checksum is missing")
	}
	hash := sha256.New()
	hash.Write(data[:at])
	hash.Write([]byte(zeroSum))
	hash.Write(data[at+len(zeroSum):])
	if hex.EncodeToString(hash.Sum(nil)) != declared {
		return errors.New("the content does not have the checksum that it was written with")
	}
	return nil
}

// findSum returns the index of a sum in a checkpoint, or −1. Quotation marks in other
// metadata are escaped, so that the key occurs once.
func findSum(data []byte, sum string) int {
	key := []byte(`"` + sumKey + `":"`)
	at := bytes.Index(data, append(key, sum...))
	if at < 0 {
		return -1
	}
	return at + len(key)
}
