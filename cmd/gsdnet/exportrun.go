package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
	"gsdnet/rundir"
)

func init() {
	register[exportRunCmd]("export", "Write a trained run as ONNX or as safetensors with a map of its tensors.")
}

type exportRunCmd struct {
	RunDir string `arg:"" name:"run" help:"Run directory that gsdnet train wrote." placeholder:"RUN"`
	File   string `arg:"" name:"model" help:"File to write: .onnx for the inference graph, .safetensors for the weights." placeholder:"FILE"`
	Length int    `help:"Number of utterances that a conversation is padded to in the ONNX model." default:"32" placeholder:"N" limit:"1..256"`
	In     string `help:"Data file whose first conversation is the example that --feed writes. Without, it is made up." placeholder:"FILE"`
	Feed   string `help:"File to write (.npz) with what the ONNX model is fed for the example, and what it then gives." placeholder:"FILE"`
}

// Help is the example under --help.
func (exportRunCmd) Help() string {
	return `Example:
  gsdnet export runs/first model.onnx --length 64
  gsdnet export runs/first model.onnx --in corpus.npz --feed feed.npz
  gsdnet export runs/first weights.safetensors

The ONNX model is the inference graph for one conversation and one draw, in standard
operations of opset 17. The host prepares what it is fed: standardised features, the
mask, conditional means, spectra and noise. --feed shows these inputs for an example, and
the outputs by the names expected_NAME. The file .safetensors has the weights and the
standardisation, float32, and beside it FILE.json says the shape of each tensor and what it is.`
}

// Run exports.
func (c *exportRunCmd) Run(ctx context.Context, term *terminal) error {
	switch extension := strings.ToLower(filepath.Ext(c.File)); {
	case c.Feed != "" && (extension != ".onnx" || !strings.EqualFold(filepath.Ext(c.Feed), ".npz")):
		return fault.Input("name it .npz, and the model .onnx", "--feed %s: not an .npz file for an ONNX model", c.Feed)
	case c.In != "" && c.Feed == "":
		return fault.Input("say with --feed FILE.npz where the example is written", "--in %s: nothing is written of it", c.In)
	case extension == ".safetensors":
		n, err := rundir.ExportWeights(c.RunDir, c.File)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(term.out, "%s: %d tensors\n%s.json: what they are\n", c.File, n, c.File)
		return err
	case extension != ".onnx":
		return fault.Input("name it .onnx or .safetensors", "%s: the ending names no format of models", c.File)
	}
	if c.Feed != "" { // before the model is written, so that both are or neither
		if err := atomicfile.CheckFolder(c.Feed); err != nil {
			return err
		}
	}
	var corpus *erc.Corpus
	length := c.Length
	if c.In != "" {
		_, config, err := rundir.Read(c.RunDir, false)
		if err != nil {
			return err
		}
		fields := config.Data.Unfolded()
		fields.Task = erc.NoLabels.String()
		if corpus, err = openCorpus(ctx, c.In, fields); err != nil {
			return err
		}
	}
	var example *npz.File
	err := atomicfile.WriteFunc(c.File, func(w io.Writer) (err error) {
		example, err = infer.ExportONNX(ctx, c.RunDir, w, corpus, length)
		return err
	})
	if ctx.Err() != nil { // the error says that the file could not be written
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	if c.Feed != "" {
		if err := example.WriteFile(c.Feed); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(term.out, "%s: a conversation of %d utterances\n", dataset.Title(c.File), length)
	return err
}
