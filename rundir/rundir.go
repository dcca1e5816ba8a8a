// Package rundir owns the directory of a run: every file name in it, and what the files
// hold.
//
//	config.toml               the settings as resolved: Config
//	checkpoint.safetensors    weights, standardisation and metadata: Checkpoint, Meta
//	state.safetensors         what resuming needs
//	log.jsonl                 one line an epoch: EpochRecord
//	masks/                    the frozen masks of validation and test
//
// Training fills a directory through a Dir, which holds its lock. Everything else reads
// a finished one:
//
//	checkpoint, config, err := rundir.Read("runs/first", false)
//
// Reading never changes a directory. A checkpoint carries a SHA-256 of all its bytes,
// which is compared when it is read.
//
// Start reading at Config, then Read and Open.
package rundir
