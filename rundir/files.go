package rundir

// Names of the files in a run directory.
const (
	ConfigFile     = "config.toml"
	CheckpointFile = "checkpoint.safetensors"
	StateFile      = "state.safetensors" // what resuming needs; removed when training ends
	LogFile        = "log.jsonl"
	MetricsFile    = "metrics.json"
	MaskDir        = "masks"
	CardFile       = "card.md"
)
