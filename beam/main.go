// Command beam predicts or imputes Parquet files of any size as a pipeline of Apache Beam. The
// flag --runner and its own flags are those of Beam; README.md has examples.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/gcs" // gs:// paths
	"github.com/apache/beam/sdks/v2/go/pkg/beam/x/beamx"

	"gsdnet/beam/pipeline"
)

func main() {
	var o pipeline.Options
	flag.StringVar(&o.Run, "run", "", "run directory, which every worker can read")
	flag.StringVar(&o.In, "in", "", "pattern of Parquet files")
	flag.StringVar(&o.Out, "out", "", "folder of the output")
	flag.BoolVar(&o.Impute, "impute", false, "fill in missing features; without it, predict")
	flag.IntVar(&o.Samples, "samples", 0, "completions of each conversation (default 16)")
	flag.Uint64Var(&o.Seed, "seed", 0, "seed of the completions; 0 is that of the run")
	flag.IntVar(&o.Rows, "part", 0, "rows of a file of the output (default 32768)")
	flag.Parse()
	beam.Init()
	if o.Run == "" || o.In == "" || o.Out == "" {
		fmt.Fprintln(os.Stderr, "beam: error: --run, --in and --out are needed")
		os.Exit(2)
	}
	p, s := beam.NewPipelineWithRoot()
	pipeline.Build(s, o)
	if err := beamx.Run(context.Background(), p); err != nil {
		fmt.Fprintf(os.Stderr, "beam: error: %v\n", err)
		os.Exit(1)
	}
}
