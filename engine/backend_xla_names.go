package engine

func init() {
	for _, plugin := range []string{"cpu", "cuda"} {
		declare(declaration{name: "xla:" + plugin, help: "XLA, in builds with -tags xla", open: func() (Backend, error) { return openXLA(plugin) }})
	}
}
