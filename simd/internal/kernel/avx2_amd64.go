package kernel

func init() {
	tables[AVX2].unary = [unaryOps]func(dst, src *float32, n int){
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
}
