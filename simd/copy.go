package simd

// Copying and clearing are assembly, which the Go scheduler cannot interrupt:
// a garbage collection that begins meanwhile stops the whole process until
// they end. Pieces of pieceBytes take some microseconds.
const pieceBytes = 256 << 10

// copyBytes is copy, piece by piece.
func copyBytes(dst, src []byte) {
	n := min(len(dst), len(src))
	dst, src = dst[:n], src[:n]
	for len(dst) > pieceBytes {
		copyPiece(dst[:pieceBytes], src)
		dst, src = dst[pieceBytes:], src[pieceBytes:]
	}
	copy(dst, src)
}

// clearBytes is clear, piece by piece.
func clearBytes(b []byte) {
	for len(b) > pieceBytes {
		clearPiece(b[:pieceBytes])
		b = b[pieceBytes:]
	}
	clear(b)
}

// The scheduler gets its turn where a Go function begins that is not part of
// its caller.

//go:noinline
func copyPiece(dst, src []byte) { copy(dst, src) }

//go:noinline
func clearPiece(b []byte) { clear(b) }
