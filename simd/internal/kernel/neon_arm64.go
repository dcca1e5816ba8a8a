package kernel

func init() {
	t := &tables[NEON]
	t.unary = [unaryOps]func(dst, src *float32, n int){
		absOp:        absNEON,
		negOp:        negNEON,
		signOp:       signNEON,
		reluOp:       reluNEON,
		squareOp:     squareNEON,
		reciprocalOp: reciprocalNEON,
		sqrtOp:       sqrtNEON,
		rsqrtOp:      rsqrtNEON,
		floorOp:      floorNEON,
		ceilOp:       ceilNEON,
		roundOp:      roundNEON,
		expOp:        expNEON,
		expm1Op:      expm1NEON,
		logOp:        logNEON,
		log1pOp:      log1pNEON,
		tanhOp:       tanhNEON,
		logisticOp:   logisticNEON,
		siluOp:       siluNEON,
		erfOp:        erfNEON,
		sinOp:        sinNEON,
		cosOp:        cosNEON,
	}
	t.binary = [binaryOps]binaryLoops{
		addOp: {vv: addVVNEON, vs: addVSNEON},
		subOp: {vv: subVVNEON, vs: subVSNEON, sv: subSVNEON},
		mulOp: {vv: mulVVNEON, vs: mulVSNEON},
		divOp: {vv: divVVNEON, vs: divVSNEON, sv: divSVNEON},
		maxOp: {vv: maxVVNEON, vs: maxVSNEON},
		minOp: {vv: minVVNEON, vs: minVSNEON},
	}
	t.logic = logicLoops{grain: 4, vv: selectNEON, vs: selectVSNEON, sv: selectSVNEON}
	t.logic.compare[equalOp].vv, t.logic.compare[equalOp].vs = equalVVNEON, equalVSNEON
	t.logic.compare[notEqualOp].vv, t.logic.compare[notEqualOp].vs = notEqualVVNEON, notEqualVSNEON
	t.logic.compare[lessOp].vv, t.logic.compare[lessOp].vs = lessVVNEON, lessVSNEON
	t.logic.compare[lessEqOp].vv, t.logic.compare[lessEqOp].vs = lessEqVVNEON, lessEqVSNEON
	t.logic.compare[greaterOp].vv, t.logic.compare[greaterOp].vs = greaterVVNEON, greaterVSNEON
	t.logic.compare[greaterEqOp].vv, t.logic.compare[greaterEqOp].vs = greaterEqVVNEON, greaterEqVSNEON
	t.reduce = [reduceOps]func(src *float32, n int) float32{
		sumOp: sumNEON, reduceMaxOp: reduceMaxNEON, reduceMinOp: reduceMinNEON,
	}
	t.convert, t.pow, t.fill = fromUint32NEON, powNEON, fillNEON
	t.interpret = interpretNEON
	t.rows = rowLoops{sumRowsNEON, sumColumnsNEON}
	t.strips = &stripKernels{height: 8, width: 16, transpose: transposeStripNEON, copy: copyStripNEON}
	t.gemm = &gemmKernels{
		mr: 6, nr: 16, strips: t.strips,
		micro: [][]microKernel{
			nil,
			{gemm1x8NEON, gemm1x16NEON},
			{gemm2x8NEON, gemm2x16NEON},
			{gemm3x8NEON, gemm3x16NEON},
			{gemm4x8NEON, gemm4x16NEON},
			{gemm5x8NEON, gemm5x16NEON},
			{gemm6x8NEON, gemm6x16NEON},
		},
	}
}
