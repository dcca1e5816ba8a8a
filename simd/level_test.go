package simd_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestForcedInstructionSets runs the comparisons again under each instruction
// set, in processes of their own.
func TestForcedInstructionSets(t *testing.T) {
	if os.Getenv("GSDNET_SIMD") != "" {
		t.Skip("an instruction set is forced already")
	}
	for _, level := range []string{"generic", "avx2", "avx512", "neon"} {
		t.Run(level, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run", "TestRandomGraphs|TestUnary|TestBinary|TestLarge|TestConvolutions|TestPooling|TestTrainingStep$")
			cmd.Env = append(os.Environ(), "GSDNET_SIMD="+level)
			out, err := cmd.CombinedOutput()
			if err != nil && strings.Contains(string(out), "this processor supports") {
				t.Skip("the processor lacks it")
			}
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
