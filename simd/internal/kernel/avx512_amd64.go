package kernel

func init() {
	tables[AVX512].gemm = &gemmKernels{
		mr: 12, nr: 32, height: 16,
		transpose: transposeStripAVX512,
		copy:      copyStripAVX512,
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

func init() {
	tables[AVX512].unary = [unaryOps]func(dst, src *float32, n int){
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
}
