package engine

func init() {
	for _, plugin := range []string{"cpu", "cuda"} {
		declare(declaration{"xla:" + plugin, "XLA, in builds with -tags xla", func() (Backend, error) { return openXLA(plugin) }})
	}
}
