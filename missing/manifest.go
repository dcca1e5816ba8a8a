package missing

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/sbinet/npyio/npy"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Manifest is the name of the file that lists the masks of a folder.
const Manifest = "masks.json"

// format is what a manifest calls itself; a change of its meaning changes the
// number.
const format = "gsdnet masks 1"

// manifest is the content of the Manifest file.
type manifest struct {
	Format string  `json:"format"`
	Masks  []entry `json:"masks"` // by file name
}

// entry describes one file. A point that is a number stands under rate, any other
// under pattern.
type entry struct {
	File     string   `json:"file"`
	Protocol string   `json:"protocol"`
	Family   string   `json:"family,omitempty"`
	Rate     *float64 `json:"rate,omitempty"`
	Pattern  string   `json:"pattern,omitempty"`
	Seed     uint64   `json:"seed"`
	Split    string   `json:"split"`
	DataHash string   `json:"data_hash"`
	N        int      `json:"n"`
	SHA256   string   `json:"sha256"` // of the file
}

func newEntry(m Mask, file []byte) entry {
	e := entry{
		File: m.Name(), Protocol: m.Protocol, Seed: m.Seed, Split: m.Split.String(),
		DataHash: m.DataHash, N: len(m.Present), SHA256: digest(file),
	}
	e.Family, e.Pattern = m.named().Family, m.Point
	if p, _ := Lookup(m.Protocol); p.Numbers {
		rate, _ := strconv.ParseFloat(m.Point, 64)
		e.Rate, e.Pattern = &rate, ""
	}
	return e
}

// mask returns the mask that the entry announces, without its rows.
func (e entry) mask() (Mask, error) {
	split, known := erc.HeldOut(e.Split)
	if e.Split == erc.Train.String() {
		split, known = erc.Train, true
	}
	if !known {
		return Mask{}, fault.Input("masks are of train, valid or test", "split %q is not known", e.Split)
	}
	p, err := Lookup(e.Protocol)
	if err != nil {
		return Mask{}, err
	}
	point := e.Pattern
	if e.Rate != nil {
		point = fmt.Sprint(*e.Rate)
	}
	m := Mask{Rule: Rule{Protocol: e.Protocol, Family: e.Family}, Seed: e.Seed, Split: split, DataHash: e.DataHash}
	if m.Point, err = p.parse(point); err != nil {
		return m, err
	}
	if err := m.Rule.Check(); err != nil {
		return m, err
	}
	if e.File != m.Name() {
		return m, fault.Input("draw the masks again", "the entry describes %s", m.Name())
	}
	return m, nil
}

func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

func encodeManifest(entries []entry) ([]byte, error) {
	text, err := json.MarshalIndent(manifest{Format: format, Masks: entries}, "", "  ")
	return append(text, '\n'), err
}

func decodeManifest(text []byte) ([]entry, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var m manifest
	if err := d.Decode(&m); err != nil {
		return nil, fault.Input("draw the masks again", "not a list of masks: %w", err)
	}
	if m.Format != format {
		return nil, fault.Input("draw the masks again with this version", "format %q is not known, want %q", m.Format, format)
	}
	seen := map[string]bool{}
	for _, e := range m.Masks {
		if seen[e.File] {
			return nil, fault.Input("draw the masks again", "%s is listed twice", e.File)
		}
		seen[e.File] = true
	}
	return m.Masks, nil
}

func encodeRows(m Mask) ([]byte, error) {
	var file bytes.Buffer
	err := npy.Write(&file, m.rows())
	return file.Bytes(), err
}

// decodeRows reads an npy file of uint8 [n,3] that holds ones and zeros.
func decodeRows(file []byte, n int) ([]erc.Present, error) {
	body, err := npyBody(file, n)
	if err != nil {
		return nil, fault.Input("draw the masks again", "%w", err)
	}
	out := make([]erc.Present, n)
	for i := range out {
		for _, mod := range erc.Modalities {
			switch v := body[i*erc.NumModalities+int(mod)]; v {
			case 0:
			case 1:
				out[i] = out[i].With(mod)
			default:
				return nil, fault.Input("1 is present, 0 is absent", "row %d: %s is %d, neither 0 nor 1", i, mod, v)
			}
		}
	}
	return out, nil
}

// npyBody returns the bytes after the header. The reader of headers trusts them,
// so their length is checked first and its panics are taken for what they are.
func npyBody(file []byte, n int) (body []byte, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not an npy file: its header is damaged")
		}
	}()
	if len(file) < 12 || file[6] == 2 && int64(binary.LittleEndian.Uint32(file[8:])) > int64(len(file)) {
		return nil, errors.New("not an npy file: it ends in its header")
	}
	left := bytes.NewReader(file)
	r, err := npy.NewReader(left)
	if err != nil {
		return nil, fmt.Errorf("not an npy file: %w", err)
	}
	d := r.Header.Descr
	if d.Type != "|u1" || d.Fortran || len(d.Shape) != 2 || d.Shape[0] != n || d.Shape[1] != erc.NumModalities {
		return nil, fmt.Errorf("holds %s %v, want |u1 [%d %d] row by row", d.Type, d.Shape, n, erc.NumModalities)
	}
	body, err = io.ReadAll(left)
	if err == nil && len(body) != n*erc.NumModalities {
		err = fmt.Errorf("%d bytes of data, want %d", len(body), n*erc.NumModalities)
	}
	return body, err
}
