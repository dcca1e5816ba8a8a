package main

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"time"

	"gsdnet/bench/section"
)

// report writes the section.
func report(s settings, servers []*server, body int) error {
	var b bytes.Buffer
	fmt.Fprint(&b, "\n## Serving\n\n")
	fmt.Fprintf(&b, "`make load` writes this section. %d clients ask both servers in turn, in %d rounds of %d seconds, for the\n"+
		"emotions of conversations of %d utterances (%.1f MB of JSON each, %d different ones, holes of all\n"+
		"kinds, %d samples). The run is the default GSDNet on features of the widths %d, %d and %d. Every answer of\n"+
		"gsdnet is equal to that of the run, and every answer of the other server agrees within %g. On %d\n"+
		"processors, which the clients share with the servers.\n\n",
		s.clients, s.rounds, s.seconds/s.rounds, s.length, float64(body)/1e6, s.number, s.samples, dims[0], dims[1], dims[2], tolerance, runtime.NumCPU())
	fmt.Fprint(&b, "| | requests | requests/s | p50, ms | p99, ms | resident, MiB | peak, MiB |\n|:--|--:|--:|--:|--:|--:|--:|\n")
	for _, one := range servers {
		fmt.Fprintf(&b, "| %s | %d | %.1f | %.0f | %.0f | %.0f | %.0f |\n", one.name, len(one.times), one.rate(), one.at(0.5), one.at(0.99), one.resident, one.peak)
	}
	if len(servers) > 1 {
		ours, other := servers[0], servers[1]
		fmt.Fprintf(&b, "\ngsdnet answers %.2f times as many requests, its p99 is %.2f times and its memory %.2f times that of the\nother (at least 1: %s; at most 1: %s; at most a third: %s).\n",
			ours.rate()/other.rate(), ours.at(0.99)/other.at(0.99), ours.resident/other.resident,
			yes(ours.rate() >= other.rate()), yes(ours.at(0.99) <= other.at(0.99)), yes(3*ours.resident <= other.resident))
	}
	return section.Write(s.page, "serving", b.String())
}

func yes(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}

// rate returns requests per second.
func (s *server) rate() float64 { return float64(len(s.times)) / s.elapsed.Seconds() }

// at returns a quantile of the times of answers in ms.
func (s *server) at(share float64) float64 {
	sorted := slices.Sorted(slices.Values(s.times))
	return float64(sorted[int(share*float64(len(sorted)-1))]) / float64(time.Millisecond)
}
