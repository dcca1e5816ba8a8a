// Package rundir reads and writes the directory of a run. It defines the names of the files
// and their content.
//
//	config.toml               the settings as resolved: Config
//	checkpoint.safetensors    weights, standardisation and metadata: Checkpoint, Meta
//	state.safetensors         what resuming needs: Checkpoint with Progress
//	log.jsonl                 one line for each epoch: EpochRecord
//	masks/                    the frozen masks of validation and test
//	card.md                   a description of the run for people: Card
//
// Training writes to a directory with a Dir, which holds a lock on it. Other packages read
// a finished run:
//
//	checkpoint, config, err := rundir.Read("runs/first", false)
//
// Reading never changes a directory. A checkpoint carries a SHA-256 of all its bytes,
// which is compared when it is read.
//
// Start reading at Config, then Read and Open.
package rundir
