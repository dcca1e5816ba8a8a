package rundir

// Names of the files in a run directory.
const (
	ConfigFile     = "config.toml"
	CheckpointFile = "checkpoint.safetensors"
	StateFile      = "state.safetensors" // what --resume needs; removed at the end
	LogFile        = "log.jsonl"
	MetricsFile    = "metrics.json"
	MaskDir        = "masks"
)
