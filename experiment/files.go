package experiment

// Names of files in a run directory, beside those of package rundir, and in the folder of
// a sweep.
const (
	// PredictionsFile lists a run's predictions under every test mask.
	PredictionsFile = "predictions.csv"
	// CompletionFile lists what every conversation contributes to the scores of a run's
	// completions, where recovered features were compared: the sums over its withheld cells
	// of each modality under each test mask.
	CompletionFile = "completion.csv"
	// FeaturesFile keeps some withheld cells of one frozen mask with what a run
	// recovered in their place: arrays text_original, text_recovered, … [n, D_m] of
	// standardised raw features, one completion, the same cells for every model.
	FeaturesFile = "recovered.npz"
	// SpectraFile keeps the spectra of the test conversations' graphs before and after
	// recovery, under the same mask as FeaturesFile.
	SpectraFile = "spectra.json"
	// TrajectoryFile keeps how near a sampler came to the truth on its way, under the
	// same mask as FeaturesFile. A model that does not sample has none.
	TrajectoryFile = "trajectory.json"

	// PlanFile lists in the folder of a sweep the cells that the grids given for it
	// have, so that a reader can tell which are not finished.
	PlanFile = "sweep.json"
	// MaskDir is the folder of a sweep that holds the frozen masks of the split that is
	// evaluated, a folder for each data set and in it a folder for each fold of a
	// cross-validation. It also holds the masks of training values that are deleted.
	MaskDir = "masks"
	// auditFile says, beside the frozen masks of a data set, what they really withhold.
	// It lists the masks of protocols that the paper does not have, whose points do not
	// say it, and those of cells with complete training, blank, labels or folds.
	auditFile = "audit.json"
)
