package media

import (
	"cmp"
	"context"
	"errors"
	"image"
	"io"
	"slices"
	"time"

	"gsdnet/dataset/turns"
	"gsdnet/media/decode"
)

// Picture is a picture of a recording, nil before the first.
type Picture = *image.RGBA

// These are the reasons why a turn has no sound or no pictures.
var (
	errBeyond = errors.New("behind the end of the recording")
	errLong   = errors.New("longer than 10 minutes")
	errBrief  = errors.New("shorter than the time between two pictures")
	errCut    = errors.New("the recording ends before the middle of the turn")
)

// stretch is a turn as places of a stream, from begin to below end.
type stretch struct {
	turn       int
	begin, end int64
}

// stretches lists the turns that are not too long, in the order of their ends, and sets the
// reason of the others. rate is that of the stream, and round how a time becomes a place.
func stretches(talk *turns.Talk, rate int, out *found, round func(d time.Duration, rate int) int64) []stretch {
	var list []stretch
	for i, turn := range talk.Turns {
		if turn.End-turn.Begin > MaxTurn {
			out.set(i, nil, errLong)
			continue
		}
		list = append(list, stretch{i, round(turn.Begin, rate), round(turn.End, rate)})
	}
	slices.SortStableFunc(list, func(a, b stretch) int { return cmp.Compare(a.end, b.end) })
	return list
}

// earliest returns for each stretch where the earliest of it and those behind it begins: what
// comes before is not needed any more.
func earliest(list []stretch) []int64 {
	first := make([]int64, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		first[i] = list[i].begin
		if i+1 < len(list) {
			first[i] = min(first[i], first[i+1])
		}
	}
	return first
}

// place is the sample or picture at a time: the first that is not before it.
func place(d time.Duration, rate int) int64 {
	const second = int64(time.Second)
	whole, rest := int64(d)/second, int64(d)%second
	return whole*int64(rate) + (rest*int64(rate)+second-1)/second
}

const chunk = 1 << 14 // samples that are read at once

// encodeAudio reads the sound once. It keeps the samples of the turns that have not ended,
// which are those of MaxTurn at most.
func encodeAudio(ctx context.Context, r Recording, e Audio, o Options, s *steps) (found, error) {
	out := nothing(r)
	list := stretches(r.Talk, e.Rate(), &out, place)
	if len(list) == 0 {
		return out, nil
	}
	defer s.next()
	in, err := decode.Sound(ctx, r.Audio, decode.Options{Rate: e.Rate(), Until: last(r.Talk), Timeout: o.Timeout})
	if err != nil {
		return out, err
	}
	defer func() { _ = in.Close() }()
	var kept []float32 // samples from start on
	var start, read int64
	needed := earliest(list)
	buffer := make([]float32, chunk)
	var failure error
	for i, at := range list {
		for read < at.end && failure == nil {
			var n int
			n, failure = in.Read(buffer)
			kept = append(kept, buffer[:n]...)
			read += int64(n)
			if drop := min(needed[i], read) - start; drop > max(chunk, int64(len(kept)/2)) {
				kept = append(kept[:0], kept[drop:]...)
				start += drop
			}
			s.at(read, e.Rate())
		}
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if failure != nil && !errors.Is(failure, io.EOF) && read == 0 {
			return out, failure
		}
		if err := missing(at, read, failure); err != nil {
			out.set(at.turn, nil, err)
			continue
		}
		features, err := e.Encode(ctx, kept[at.begin-start:min(at.end, read)-start])
		out.set(at.turn, features, err)
	}
	return out, nil
}

// missing returns why a stretch has not been read, or nil. Of a turn that the end of the
// recording cuts, half is enough.
func missing(at stretch, read int64, failure error) error {
	switch {
	case read >= at.end:
		return nil
	case failure != nil && !errors.Is(failure, io.EOF):
		return failure
	case read <= at.begin:
		return errBeyond
	case 2*read >= at.begin+at.end:
		return nil
	}
	return errCut
}

// last is the end of the last turn that is not too long.
func last(talk *turns.Talk) (end time.Duration) {
	for _, turn := range talk.Turns {
		if turn.End-turn.Begin <= MaxTurn {
			end = max(end, turn.End)
		}
	}
	return end
}

// encodeVisual reads the pictures once, and keeps the descriptions of those of the turns
// that have not ended.
func encodeVisual(ctx context.Context, r Recording, e Visual, o Options, s *steps) (found, error) {
	out := nothing(r)
	list := stretches(r.Talk, e.PerSecond(), &out, place)
	if len(list) == 0 {
		return out, nil
	}
	defer s.next()
	in, err := decode.Pictures(ctx, r.Video, decode.Options{PerSecond: e.PerSecond(), Side: e.Side(), Until: last(r.Talk), Timeout: o.Timeout})
	if err != nil {
		return out, err
	}
	defer func() { _ = in.Close() }()
	var kept [][]float32 // descriptions from picture start on, nil where none is needed
	var start, read int64
	var before Picture
	needed := earliest(list)
	var failure error
	for i, at := range list {
		for read < at.end && failure == nil {
			var picture Picture
			if picture, failure = in.Next(); failure != nil {
				break
			}
			var values []float32
			if read >= needed[i] {
				if values, failure = e.Frame(ctx, picture, before); failure != nil {
					break
				}
			}
			before = picture
			kept = append(kept, values)
			read++
			if drop := min(needed[i], read) - start; drop > 0 {
				kept = append(kept[:0], kept[drop:]...)
				start += drop
			}
			s.at(read, e.PerSecond())
		}
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		if failure != nil && !errors.Is(failure, io.EOF) && read == 0 {
			return out, failure
		}
		switch err := missing(at, read, failure); {
		case at.begin == at.end:
			out.set(at.turn, nil, errBrief)
		case err != nil:
			out.set(at.turn, nil, err)
		default:
			features, err := e.Turn(ctx, kept[at.begin-start:min(at.end, read)-start])
			out.set(at.turn, features, err)
		}
	}
	return out, nil
}
