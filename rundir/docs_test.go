package rundir_test

import (
	"reflect"
	"testing"

	"gsdnet/model/paper"
	"gsdnet/model/readout"
	"gsdnet/rundir"
)

// The configs of GSDNet as printed are the defaults of the model "paper"; that with the
// shared predictor changes what is before the head alone.
func TestPaperConfigs(t *testing.T) {
	reader := paper.Default()
	reader.Rows, reader.Context = paper.RowsEmbedded, readout.Layers
	for name, want := range map[string]paper.Config{"paper": paper.Default(), "paper-reader": reader} {
		c := rundir.DefaultConfig()
		if err := c.Load("../configs/" + name + ".toml"); err != nil {
			t.Fatal(err)
		}
		if got := c.Settings["paper"].(*paper.Config); c.Model != "paper" || !reflect.DeepEqual(*got, want) {
			t.Errorf("configs/%s.toml gives %s with %+v, want %+v", name, c.Model, *got, want)
		}
	}
}
