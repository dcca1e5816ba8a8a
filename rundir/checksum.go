package rundir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// sumKey is where the metadata of a checkpoint hold its SHA-256, in hexadecimal. The
// sum is that of the whole file, in which the sum itself counts as noSum: a change of any
// other bit of the file gives another sum.
const sumKey = "sha256"

var zeroSum = strings.Repeat("0", 2*sha256.Size)

// seal writes the sum of a file into its place.
func writeSum(data []byte) error {
	at := findSum(data, zeroSum)
	if at < 0 {
		return errors.New("train: the checkpoint has no place for its checksum")
	}
	sum := sha256.Sum256(data)
	hex.Encode(data[at:], sum[:])
	return nil
}

// verify reports whether a file has the sum that it declares.
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

// sumAt finds where a sum stands in the header, -1 where it does not. Quotation marks
// inside other metadata are escaped, so that the key is there once.
func findSum(data []byte, sum string) int {
	key := []byte(`"` + sumKey + `":"`)
	at := bytes.Index(data, append(key, sum...))
	if at < 0 {
		return -1
	}
	return at + len(key)
}
