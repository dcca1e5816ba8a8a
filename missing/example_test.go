package missing_test

import (
	"fmt"
	"os"

	"gsdnet/erc"
	"gsdnet/internal/stream"
	"gsdnet/missing"
)

// A training epoch draws its holes conversation by conversation.
func ExampleRule_DrawConversation() {
	rule := missing.Rule{Protocol: missing.Random, Point: "0.5"}
	epoch, conversation := uint64(3), uint64(17)
	available := []erc.Present{erc.All, erc.All, erc.All, erc.All, erc.All}
	fmt.Println(rule, rule.DrawConversation(available, stream.New(0, "training mask", epoch, conversation)))
	// Output:
	// random 0.5 [{v} {t} {t,v} {t,a} {t,a,v}]
}

// Validation and test draw theirs once.
func ExampleFreeze() {
	c := &erc.Corpus{Hash: "0123", Conversations: []erc.Conversation{{Split: erc.Test}}}
	for turn := range 100 {
		c.Conversations[0].Utterances = append(c.Conversations[0].Utterances, erc.Utterance{Turn: turn, Present: erc.All})
	}
	var audits []missing.Audit
	for _, rule := range missing.RandomRules("")[3:5] {
		mask, err := missing.Freeze(c, erc.Test, rule, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		audits = append(audits, mask.Audit(c.In(erc.Test)))
	}
	if err := missing.WriteTable(os.Stdout, audits); err != nil {
		fmt.Println(err)
	}
	// Output:
	// mask                       n    rate %  expected  natural  with 1/2/3 %    without t/a/v %  outside
	// random-test-0.3-seed0.npy  100  30.00   30.00     0.00     20.0/50.0/30.0  31.0/30.0/29.0   0
	// random-test-0.4-seed0.npy  100  40.00   40.00     0.00     36.0/48.0/16.0  40.0/40.0/40.0   0
}
