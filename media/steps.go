package media

// steps tell how many seconds of all recordings are done.
type steps struct {
	done          func(done, total float64)
	before, total float64
	lengths       []float64 // of the streams that are read, in order
}

func newSteps(recordings []Recording, e Encoders, o Options) *steps {
	s := &steps{done: o.Done}
	for _, r := range recordings {
		length := last(r.Talk).Seconds()
		if e.Audio != nil && r.Audio != "" && length > 0 {
			s.lengths = append(s.lengths, length)
		}
		if e.Visual != nil && r.Video != "" && length > 0 {
			s.lengths = append(s.lengths, length)
		}
	}
	for _, length := range s.lengths {
		s.total += length
	}
	return s
}

// at tells that a stream has been read up to a place.
func (s *steps) at(read int64, rate int) {
	if s.done != nil {
		s.done(min(s.before+float64(read)/float64(rate), s.total), s.total)
	}
}

// next goes on to the next stream.
func (s *steps) next() {
	if len(s.lengths) > 0 {
		s.before += s.lengths[0]
		s.lengths = s.lengths[1:]
	}
}
