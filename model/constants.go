package model

// Parts of the paths of constants in a checkpoint.
const (
	// ConstantScope is the part of a path that tells constants from weights.
	ConstantScope = "constant"
	// TrainingConstant begins the names of constants that only training graphs read, and
	// that a checkpoint of trained weights does not hold.
	TrainingConstant = "training_"
)
