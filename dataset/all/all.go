// Package all is the one list of the formats that ship: importing it registers
// them. A new format is a folder beside this one and a line here.
package all

import (
	_ "gsdnet/dataset/ercpickle" // pickles of the DialogueRNN and MMGCN family
	_ "gsdnet/dataset/gcnet"     // folders of GCNet
	_ "gsdnet/dataset/mmsa"      // pickles of MMSA: CMU-MOSI, CMU-MOSEI, CH-SIMS
	_ "gsdnet/dataset/npz"       // arrays of NumPy, the project's own
	_ "gsdnet/dataset/parquet"   // Parquet
	_ "gsdnet/dataset/synthetic" // invented conversations
	_ "gsdnet/dataset/table"     // CSV, TSV and JSON Lines
)
