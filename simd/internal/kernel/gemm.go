package kernel

// GemmArgs describes one matrix product
//
//	C = alpha·op(A)·op(B) + beta·C
//
// of row-major float32 matrices: op(A) is [M, K], op(B) is [K, N] and C is
// [M, N]. A is stored as [M, K], or as [K, M] if TransA; B as [K, N], or as
// [N, K] if TransB. LDA, LDB and LDC are the distances between stored rows. C
// must not overlap A or B; to add to what C holds, set Beta to 1.
//
// Run it whole with [Gemm], or cut it with [GemmArgs.Tiles] and run the parts
// on several threads with [GemmArgs.RunTile]; the bits of C are the same,
// because every element of C is summed over k in an order that depends on K
// alone. With Beta = 0, C is only written, whatever it holds before.
//
// With BFloat16, the elements of A and B are rounded to bfloat16, to nearest even,
// and their products are added in float32. See [HasBFloat16] and
// [GemmArgs.PaysInBFloat16].
type GemmArgs struct {
	M, N, K        int
	Alpha, Beta    float32
	A, B, C        []float32
	LDA, LDB, LDC  int
	TransA, TransB bool
	BFloat16       bool
}

// Gemm computes the whole product on the calling thread. ws may be nil; see
// [Workspace]. It panics if a matrix is shorter than its shape needs.
func Gemm(g *GemmArgs, ws *Workspace) { g.runRect(rect{0, 0, g.M, g.N}, ws) }

// Tiles returns into how many parts it pays to cut the product for the given
// number of workers; 1 if it is too small.
func (g *GemmArgs) Tiles(workers int) int { return g.grid(workers).count() }

// RunTile computes part i of the product cut into Tiles(workers) parts. Parts
// write disjoint elements of C and may run at the same time, each with its own
// workspace or nil.
func (g *GemmArgs) RunTile(i, workers int, ws *Workspace) {
	g.runRect(g.grid(workers).rect(i, g.M, g.N), ws)
}

// check panics if a matrix is too short for the product.
func (g *GemmArgs) check() {
	if g.M < 0 || g.N < 0 || g.K < 0 {
		panic("kernel: negative dimension in a matrix product")
	}
	if g.BFloat16 && !HasBFloat16() {
		panic("kernel: a product in bfloat16 without the instructions for it")
	}
	aRows, aCols := g.M, g.K
	if g.TransA {
		aRows, aCols = g.K, g.M
	}
	bRows, bCols := g.K, g.N
	if g.TransB {
		bRows, bCols = g.N, g.K
	}
	checkMatrix("A", g.A, aRows, aCols, g.LDA)
	checkMatrix("B", g.B, bRows, bCols, g.LDB)
	checkMatrix("C", g.C, g.M, g.N, g.LDC)
}

func checkMatrix(name string, m []float32, rows, cols, ld int) {
	if rows == 0 || cols == 0 {
		return
	}
	if ld < cols || len(m) < (rows-1)*ld+cols {
		panic("kernel: matrix " + name + " of a product is too short for its shape")
	}
}
