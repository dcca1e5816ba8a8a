// Package all is the one list of the models that ship: importing it registers
// them. A new model is a directory beside this one and a line here.
package all

import (
	_ "gsdnet/model/dicmor" // flows with class priors
	_ "gsdnet/model/fill"   // zeros, means, regression and draws from Gaussians
	_ "gsdnet/model/gcnet"  // temporal and speaker relations
	_ "gsdnet/model/gsdnet" // diffusion in the colours of the conversation graph
	_ "gsdnet/model/imder"  // conditional score diffusion
	_ "gsdnet/model/mctn"   // cyclic translation
	_ "gsdnet/model/mmin"   // imagination by autoencoders
	_ "gsdnet/model/paper"  // GSDNet as printed
)
