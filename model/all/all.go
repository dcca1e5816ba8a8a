// Package all is the one list of the models that ship: importing it registers
// them. A new model is a directory beside this one and a line here.
package all

import (
	_ "gsdnet/model/gsdnet" // the paper's model
	_ "gsdnet/model/simple" // zero, mean and regression completion
)
