package kernel

func init() {
	t := &tables[AVX2]
	t.unary = [unaryOps]func(dst, src *float32, n int){
		absOp:        absAVX2,
		negOp:        negAVX2,
		signOp:       signAVX2,
		reluOp:       reluAVX2,
		squareOp:     squareAVX2,
		reciprocalOp: reciprocalAVX2,
		sqrtOp:       sqrtAVX2,
		rsqrtOp:      rsqrtAVX2,
		floorOp:      floorAVX2,
		ceilOp:       ceilAVX2,
		roundOp:      roundAVX2,
		expOp:        expAVX2,
		expm1Op:      expm1AVX2,
		logOp:        logAVX2,
		log1pOp:      log1pAVX2,
		tanhOp:       tanhAVX2,
		logisticOp:   logisticAVX2,
		siluOp:       siluAVX2,
		erfOp:        erfAVX2,
		sinOp:        sinAVX2,
		cosOp:        cosAVX2,
	}
	t.binary = [binaryOps]binaryLoops{
		addOp: {vv: addVVAVX2, vs: addVSAVX2},
		subOp: {vv: subVVAVX2, vs: subVSAVX2, sv: subSVAVX2},
		mulOp: {vv: mulVVAVX2, vs: mulVSAVX2},
		divOp: {vv: divVVAVX2, vs: divVSAVX2, sv: divSVAVX2},
		maxOp: {vv: maxVVAVX2, vs: maxVSAVX2},
		minOp: {vv: minVVAVX2, vs: minVSAVX2},
	}
	t.logic = logicLoops{grain: 8, vv: selectAVX2, vs: selectVSAVX2, sv: selectSVAVX2}
	t.logic.compare[equalOp].vv, t.logic.compare[equalOp].vs = equalVVAVX2, equalVSAVX2
	t.logic.compare[notEqualOp].vv, t.logic.compare[notEqualOp].vs = notEqualVVAVX2, notEqualVSAVX2
	t.logic.compare[lessOp].vv, t.logic.compare[lessOp].vs = lessVVAVX2, lessVSAVX2
	t.logic.compare[lessEqOp].vv, t.logic.compare[lessEqOp].vs = lessEqVVAVX2, lessEqVSAVX2
	t.logic.compare[greaterOp].vv, t.logic.compare[greaterOp].vs = greaterVVAVX2, greaterVSAVX2
	t.logic.compare[greaterEqOp].vv, t.logic.compare[greaterEqOp].vs = greaterEqVVAVX2, greaterEqVSAVX2
	t.reduce = [reduceOps]func(src *float32, n int) float32{
		sumOp: sumAVX2, reduceMaxOp: reduceMaxAVX2, reduceMinOp: reduceMinAVX2,
	}
	t.convert, t.pow, t.fill = fromUint32AVX2, powAVX2, fillAVX2
	t.interpret = interpretAVX2
	t.rows = rowLoops{sumRowsAVX2, sumColumnsAVX2}
	t.strips = &stripKernels{height: 8, width: 16, transpose: transposeStripAVX2, copy: copyStripAVX2}
	t.gemm = &gemmKernels{
		mr: 6, nr: 16, strips: t.strips,
		acrossRows: 12, acrossCols: 8,
		across: []microKernel{across1x8AVX2, across2x8AVX2, across3x8AVX2, across4x8AVX2},
		micro: [][]microKernel{
			nil,
			{gemm1x16AVX2},
			{gemm2x16AVX2},
			{gemm3x16AVX2},
			{gemm4x16AVX2},
			{gemm5x16AVX2},
			{gemm6x16AVX2},
		},
	}
}
