package simd

import "gsdnet/simd/internal/kernel"

// directStep computes a directPlan. A unit of work is a tile of the output of
// all channels of a group: some rows, or if there is one row a part of it.
type directStep struct {
	directPlan
	x, w, out    int // slots
	height, span int // rows and columns of a tile
	down, across int // tiles
	block        int // channels whose input is in memory at once
	ld           int // from channel to channel of the copy
	units, all   int
}

// Sizes that a convolution without patches is cut by: elements of a tile, and
// of the input in memory.
const (
	directTile  = 240
	directInput = 1 << 16
	directUnit  = 1 << 20 // multiplications of a unit, at least, if all are worth sharing
)

func newDirectStep(p directPlan, v *value, slot func(*value) int) *directStep {
	s := &directStep{directPlan: p, x: slot(v.in[0].value), w: slot(v.in[1].value), out: slot(v)}
	products := s.batch * s.groups
	s.all = products * s.outputs * s.rows * s.cols * s.channels * len(s.places)
	share := max(1, min(cutInto, s.all/directUnit)) // units that there should be
	s.height, s.span = max(1, directTile/s.width), s.cols
	least := (share + products - 1) / products
	if s.rows == 1 {
		s.span = min(s.cols, directTile, (s.cols+least-1)/least)
	}
	s.height = min(s.height, s.rows, (s.rows+least-1)/least)
	s.down, s.across = (s.rows+s.height-1)/s.height, (s.cols+s.span-1)/s.span
	s.height = (s.rows + s.down - 1) / s.down
	last := s.places[len(s.places)-1]
	if s.rows == 1 {
		s.width = s.span + last.col
	}
	s.ld = apart((s.height+s.halo)*s.width + last.col)
	blocks := max(1, (s.channels*s.ld+directInput-1)/directInput)
	blocks = min(blocks, (s.channels+directChannels-1)/directChannels)
	s.block = (s.channels + blocks - 1) / blocks
	s.units = products * s.down * s.across
	return s
}

func (s *directStep) tasks() int { return min(s.units, max(cutInto, s.all>>18), maxTasks) }
func (s *directStep) work() int  { return 200 + s.all/64 }

func (s *directStep) run(c *context, w *worker, task int) {
	tasks := s.tasks()
	for u := s.units * task / tasks; u < s.units*(task+1)/tasks; u++ {
		tile, product := u%(s.down*s.across), u/(s.down*s.across)
		s.unit(c, w, product/s.groups, product%s.groups, tile/s.across*s.height, tile%s.across*s.span)
	}
}

// unit computes the tile that begins at a row and a column of the output.
func (s *directStep) unit(c *context, w *worker, batch, group, row, col int) {
	rows, cols := min(s.height, s.rows-row), min(s.span, s.cols-col)
	count := (rows-1)*s.width + cols
	input := s.block * s.ld
	memory := at[float32](w.memory(4*(input+count*s.outputs)), input+count*s.outputs)
	x := tail32(c.slots[s.x], s.start+batch*s.stepB+group*s.channels*s.stepC, s.sizeX)
	size := s.groups * s.outputs * s.channels * len(s.places)
	sums := memory[input:]
	for first := 0; first < s.channels; first += s.block {
		channels := min(s.block, s.channels-first)
		for i := range channels {
			s.copyChannel(memory[i*s.ld:(i+1)*s.ld], x[(first+i)*s.stepC:], row-s.top, rows+s.halo, col-s.left)
		}
		for panel := range s.outputs / s.panel {
			at := ((group*s.outputs/s.panel+panel)*s.channels + first) * len(s.places) * s.panel
			s.panelOf(sums[panel*count*s.panel:], memory, tail32(c.slots[s.w], at, size), count, channels, first > 0, w.space())
		}
	}
	plane := s.rows * s.cols
	for panel := range s.outputs / s.panel {
		at := ((batch*s.groups+group)*s.outputs+panel*s.panel)*plane + row*s.cols + col
		out := tail32(c.slots[s.out], at, s.batch*s.groups*s.outputs*plane)
		for i := range rows {
			kernel.Transpose2D(out[i*s.cols:], plane, sums[(panel*count+i*s.width)*s.panel:], s.panel, cols, s.panel)
		}
	}
}

// panelOf adds up the products of all places of the kernel for a panel of
// outputs; keep says that sums holds those of other channels.
func (s *directStep) panelOf(sums, input, weights []float32, count, channels int, keep bool, space *kernel.Workspace) {
	g := kernel.GemmArgs{
		M: count, N: s.panel, K: channels, Alpha: 1, TransA: true, LDA: s.ld, LDB: len(s.places) * s.panel, C: sums, LDC: s.panel,
	}
	for i, p := range s.places {
		if keep || i > 0 {
			g.Beta = 1
		}
		g.A, g.B = input[p.row*s.width+p.col:], weights[i*s.panel:]
		kernel.Gemm(&g, space)
	}
}

// copyChannel copies rows of a channel of the input, from a row and a column
// on, which may be outside of it. Behind each row and before the first there
// are zeros.
func (s *directStep) copyChannel(dst, x []float32, row, rows, col int) {
	// The columns [col, col+width) of each row: those before 0 and from inCols on do not exist.
	low, high := max(0, -col), min(s.width, s.inCols-col)
	for i := range rows {
		out := dst[i*s.width : (i+1)*s.width]
		if r := row + i; r < 0 || r >= s.inRows || low >= high {
			clear(out)
			continue
		}
		clear(out[:low])
		copy(out[low:high], x[(row+i)*s.stepRow+col+low:])
		clear(out[high:])
	}
	clear(dst[rows*s.width:])
}
