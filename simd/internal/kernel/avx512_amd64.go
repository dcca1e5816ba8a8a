package kernel

import "golang.org/x/sys/cpu"

func init() {
	t := &tables[AVX512]
	t.unary = [unaryOps]func(dst, src *float32, n int){
		absOp:        absAVX512,
		negOp:        negAVX512,
		signOp:       signAVX512,
		reluOp:       reluAVX512,
		squareOp:     squareAVX512,
		reciprocalOp: reciprocalAVX512,
		sqrtOp:       sqrtAVX512,
		rsqrtOp:      rsqrtAVX512,
		floorOp:      floorAVX512,
		ceilOp:       ceilAVX512,
		roundOp:      roundAVX512,
		expOp:        expAVX512,
		expm1Op:      expm1AVX512,
		logOp:        logAVX512,
		log1pOp:      log1pAVX512,
		tanhOp:       tanhAVX512,
		logisticOp:   logisticAVX512,
		siluOp:       siluAVX512,
		erfOp:        erfAVX512,
		sinOp:        sinAVX512,
		cosOp:        cosAVX512,
	}
	t.binary = [binaryOps]binaryLoops{
		addOp: {vv: addVVAVX512, vs: addVSAVX512},
		subOp: {vv: subVVAVX512, vs: subVSAVX512, sv: subSVAVX512},
		mulOp: {vv: mulVVAVX512, vs: mulVSAVX512},
		divOp: {vv: divVVAVX512, vs: divVSAVX512, sv: divSVAVX512},
		maxOp: {vv: maxVVAVX512, vs: maxVSAVX512},
		minOp: {vv: minVVAVX512, vs: minVSAVX512},
	}
	t.logic = logicLoops{grain: 1, vv: selectAVX512, vs: selectVSAVX512, sv: selectSVAVX512}
	t.logic.compare[equalOp].vv, t.logic.compare[equalOp].vs = equalVVAVX512, equalVSAVX512
	t.logic.compare[notEqualOp].vv, t.logic.compare[notEqualOp].vs = notEqualVVAVX512, notEqualVSAVX512
	t.logic.compare[lessOp].vv, t.logic.compare[lessOp].vs = lessVVAVX512, lessVSAVX512
	t.logic.compare[lessEqOp].vv, t.logic.compare[lessEqOp].vs = lessEqVVAVX512, lessEqVSAVX512
	t.logic.compare[greaterOp].vv, t.logic.compare[greaterOp].vs = greaterVVAVX512, greaterVSAVX512
	t.logic.compare[greaterEqOp].vv, t.logic.compare[greaterEqOp].vs = greaterEqVVAVX512, greaterEqVSAVX512
	t.reduce = [reduceOps]func(src *float32, n int) float32{
		sumOp: sumAVX512, reduceMaxOp: reduceMaxAVX512, reduceMinOp: reduceMinAVX512,
	}
	t.convert, t.pow, t.fill = fromUint32AVX512, powAVX512, fillAVX512
	t.interpret = interpretAVX512
	t.rows = rowLoops{sumRowsAVX512, sumColumnsAVX512}
	t.strips = &stripKernels{height: 16, width: 32, transpose: transposeStripAVX512, copy: copyStripAVX512}
	t.gemm = gemmAVX512(t.strips)
	if cpu.X86.HasAVX512BF16 {
		t.bfloat16 = gemmBF16(t.strips)
	}
}

// gemmAVX512 lists the kernels of products, by the rows that they compute at once.
func gemmAVX512(strips *stripKernels) *gemmKernels {
	return &gemmKernels{
		mr: 12, nr: 32, strips: strips,
		acrossRows: 4, acrossCols: 16,
		across: []microKernel{across1x16AVX512, across2x16AVX512, across3x16AVX512, across4x16AVX512},
		micro: [][]microKernel{
			nil,
			{gemm1x16AVX512, gemm1x32AVX512},
			{gemm2x16AVX512, gemm2x32AVX512},
			{gemm3x16AVX512, gemm3x32AVX512},
			{gemm4x16AVX512, gemm4x32AVX512},
			{gemm5x16AVX512, gemm5x32AVX512},
			{gemm6x16AVX512, gemm6x32AVX512},
			{gemm7x16AVX512, gemm7x32AVX512},
			{gemm8x16AVX512, gemm8x32AVX512},
			{gemm9x16AVX512, gemm9x32AVX512},
			{gemm10x16AVX512, gemm10x32AVX512},
			{gemm11x16AVX512, gemm11x32AVX512},
			{gemm12x16AVX512, gemm12x32AVX512},
		},
	}
}

// gemmBF16 lists those of products in bfloat16.
func gemmBF16(strips *stripKernels) *gemmKernels {
	return &gemmKernels{
		mr: 12, nr: 32, strips: strips, pairs: &pairKernels{rows: pairRowsBF16, columns: pairColumnsBF16},
		micro: [][]microKernel{
			nil,
			{gemm1x16BF16, gemm1x32BF16},
			{gemm2x16BF16, gemm2x32BF16},
			{gemm3x16BF16, gemm3x32BF16},
			{gemm4x16BF16, gemm4x32BF16},
			{gemm5x16BF16, gemm5x32BF16},
			{gemm6x16BF16, gemm6x32BF16},
			{gemm7x16BF16, gemm7x32BF16},
			{gemm8x16BF16, gemm8x32BF16},
			{gemm9x16BF16, gemm9x32BF16},
			{gemm10x16BF16, gemm10x32BF16},
			{gemm11x16BF16, gemm11x32BF16},
			{gemm12x16BF16, gemm12x32BF16},
		},
	}
}
