package draws

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"gsdnet/metric/internal/numbers"
)

// Pooled is an estimate from several completed data sets and its uncertainty, which has a
// part from the sample and a part from what is missing.
type Pooled struct {
	Estimate float64 `json:"estimate"` // mean of the estimates
	Within   float64 `json:"within"`   // mean of their variances
	Between  float64 `json:"between"`  // variance among the estimates
	Total    float64 `json:"total"`    // Within + (1 + 1/K)·Between
	Freedom  float64 `json:"freedom"`  // degrees of freedom of Student's t; +Inf where Between is 0
}

// Pool combines the estimates of a quantity from K completions, K ≥ 2, each with its
// squared standard error, by Rubin's rules (Rubin, Multiple Imputation for Nonresponse in
// Surveys, 1987, Eqs. 3.1.2-3.1.6). Compute the quantity on each completion as if nothing
// had been missing, then pool; a quantity computed on the mean of the completions
// understates its uncertainty. The example of multiple imputation of package gsdnet makes
// such completions. The degrees of freedom are for large samples. Fewer than
// two estimates, and a variance below 0, panic.
func Pool(estimates, variances []float64) Pooled {
	sameLength(len(estimates), len(variances))
	if len(estimates) < 2 {
		panic(fmt.Sprintf("draws: %d completions to pool, want at least 2", len(estimates)))
	}
	for k, v := range variances {
		if v < 0 {
			panic(fmt.Sprintf("draws: completion %d has the squared standard error %g, want at least 0", k, v))
		}
	}
	k := float64(len(estimates))
	p := Pooled{Within: stat.Mean(variances, nil)}
	p.Estimate, p.Between = stat.MeanVariance(estimates, nil)
	between := (1 + 1/k) * p.Between
	p.Total = p.Within + between
	p.Freedom = math.Inf(1)
	if between > 0 {
		p.Freedom = (k - 1) * math.Pow(p.Total/between, 2)
	}
	return p
}

// Interval returns the central interval of a level in (0,1) for the quantity:
// Estimate ± t·√Total, with t the quantile of Student's t. Another level panics.
func (p Pooled) Interval(level float64) (low, high float64) {
	if !(level > 0 && level < 1) {
		panic(fmt.Sprintf("draws: interval level %g", level))
	}
	t := math.Sqrt2 * math.Erfinv(level)
	if !math.IsInf(p.Freedom, 1) {
		t = distuv.StudentsT{Sigma: 1, Nu: p.Freedom}.Quantile((1 + level) / 2)
	}
	reach := t * math.Sqrt(p.Total)
	return p.Estimate - reach, p.Estimate + reach
}

// MarshalJSON writes a number that is not finite as null.
func (p Pooled) MarshalJSON() ([]byte, error) { return numbers.Marshal(p) }

// UnmarshalJSON reads what MarshalJSON wrote; null becomes NaN, and of Freedom infinity.
func (p *Pooled) UnmarshalJSON(text []byte) error {
	type plain Pooled
	if err := numbers.Unmarshal(text, (*plain)(p)); err != nil {
		return err
	}
	if math.IsNaN(p.Freedom) {
		p.Freedom = math.Inf(1)
	}
	return nil
}
