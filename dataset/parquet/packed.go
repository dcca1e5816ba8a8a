package parquet

import (
	"encoding/binary"
	"math/bits"
)

// hybrid reads n numbers of at most 8 bits in the encoding that mixes runs of one value
// with packed bits. ok is false unless all are there; more are not read.
func hybrid(data []byte, width, n int) (out []byte, ok bool) {
	out = make([]byte, 0, n)
	ok = each(data, width, n, func(value uint32, times int) {
		for range times {
			out = append(out, byte(value))
		}
	})
	return out, ok
}

// hybrid32 is hybrid for numbers of at most 32 bits.
func hybrid32(data []byte, width, n int) (out []uint32, ok bool) {
	out = make([]uint32, 0, n)
	ok = each(data, width, n, func(value uint32, times int) {
		for range times {
			out = append(out, value)
		}
	})
	return out, ok
}

// each hands over n numbers of width bits, with how often they are repeated.
func each(data []byte, width, n int, add func(value uint32, times int)) bool {
	bytes := (width + 7) / 8
	for n > 0 {
		head, length := binary.Uvarint(data)
		if length <= 0 {
			return false
		}
		data = data[length:]
		if head&1 == 0 { // a run of one value
			if len(data) < bytes || head>>1 == 0 {
				return false
			}
			var value uint32
			for i := range bytes {
				value |= uint32(data[i]) << (8 * i)
			}
			data = data[bytes:]
			times := int(min(head>>1, uint64(n)))
			add(value, times)
			n -= times
			continue
		}
		groups := head >> 1 // of eight numbers
		if groups == 0 {
			return false
		}
		count := int(min(groups, uint64(n+7)/8)) * 8
		packed := min(len(data), count*width/8) // the last group may be cut
		b := bitReader{data: data[:packed]}
		for range min(count, n) {
			value, ok := b.read(width)
			if !ok {
				return false
			}
			add(uint32(value), 1)
		}
		n -= min(count, n)
		data = data[packed:]
	}
	return true
}

// bitReader reads numbers of some bits, the lowest bits first.
type bitReader struct {
	data []byte
	bit  int
}

func (b *bitReader) read(width int) (uint64, bool) {
	if b.bit+width > 8*len(b.data) {
		return 0, false
	}
	var out uint64
	for got := 0; got < width; {
		in := b.bit % 8
		take := min(8-in, width-got)
		out |= uint64(b.data[b.bit/8]>>in&(1<<take-1)) << got
		got += take
		b.bit += take
	}
	return out, true
}

// delta reads n whole numbers that are stored as differences, in blocks of packed bits
// (DELTA_BINARY_PACKED), and returns the bytes behind them.
func delta(data []byte, n int) (out []int64, rest []byte, ok bool) {
	var head [3]uint64 // numbers a block, parts a block, numbers in all
	for i := range head {
		x, length := binary.Uvarint(data)
		if length <= 0 {
			return nil, nil, false
		}
		head[i], data = x, data[length:]
	}
	first, length := binary.Varint(data)
	if length <= 0 || head[2] != uint64(n) || head[1] == 0 || head[1] > 1<<10 || head[0] > 1<<16 || head[0]%head[1] != 0 {
		return nil, nil, false
	}
	data = data[length:]
	perPart := int(head[0] / head[1])
	if n == 0 {
		return nil, data, true
	}
	if perPart == 0 || perPart%8 != 0 {
		return nil, nil, false
	}
	out = append(make([]int64, 0, n), first)
	for len(out) < n {
		least, length := binary.Varint(data)
		if length <= 0 || len(data) < length+int(head[1]) {
			return nil, nil, false
		}
		widths := data[length : length+int(head[1])]
		data = data[length+int(head[1]):]
		for _, width := range widths {
			if len(out) == n {
				break
			}
			bytes := perPart / 8 * int(width)
			if width > 64 || len(data) < bytes {
				return nil, nil, false
			}
			b := bitReader{data: data[:bytes]}
			for range min(perPart, n-len(out)) {
				x, _ := b.read(int(width))
				out = append(out, out[len(out)-1]+least+int64(x))
			}
			data = data[bytes:]
		}
	}
	return out, data, true
}

// deltaTexts reads n texts whose lengths stand before them all. With prefixes, each text
// also says how many bytes it shares with the text before it.
func deltaTexts(data []byte, n int, prefixes bool) (out []string, ok bool) {
	var shared []int64
	if prefixes {
		if shared, data, ok = delta(data, n); !ok {
			return nil, false
		}
	}
	lengths, data, ok := delta(data, n)
	if !ok {
		return nil, false
	}
	total := 0
	last := ""
	for i, length := range lengths {
		if length < 0 || length > int64(len(data)) {
			return nil, false
		}
		text := string(data[:length])
		data = data[length:]
		if prefixes {
			if shared[i] < 0 || shared[i] > int64(len(last)) {
				return nil, false
			}
			text = last[:shared[i]] + text
		}
		if total += len(text); total > maxPage {
			return nil, false
		}
		out, last = append(out, text), text
	}
	return out, true
}

// levelWidth returns the bits of a level that is at most most.
func levelWidth(most int) int { return bits.Len(uint(most)) }
