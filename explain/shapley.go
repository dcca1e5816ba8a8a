package explain

import "gsdnet/erc"

// Shapley returns the exact Shapley values of the modalities in players: what each
// contributes to value(players) − value(erc.None), to which they add up (Shapley, A Value
// for n-Person Games, 1953). The value of modality m is the mean, over all orders in which
// the players may be added one after the other, of what value rises by when m is added. It
// is 0 for a modality that is no player. Value is called once for each subset of players.
func Shapley(players erc.Present, value func(left erc.Present) float64) [erc.NumModalities]float64 {
	var known [erc.All + 1]float64
	for s := erc.None; s <= erc.All; s++ {
		if s&players == s {
			known[s] = value(s)
		}
	}
	var out [erc.NumModalities]float64
	for _, m := range erc.Modalities {
		if !players.Has(m) {
			continue
		}
		for s := erc.None; s <= erc.All; s++ {
			if s&players == s && !s.Has(m) {
				out[m] += orders(s.Count(), players.Count()) * (known[s.With(m)] - known[s])
			}
		}
	}
	return out
}

// orders returns the share of the orders of n players in which a certain player comes after
// k certain others and before the rest: k!(n−1−k)!/n!.
func orders(k, n int) float64 {
	share := 1 / float64(n)
	for i := 1; i <= k; i++ {
		share *= float64(i) / float64(n-i)
	}
	return share
}
