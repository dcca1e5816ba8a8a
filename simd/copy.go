package simd

// Copying and clearing are assembly, which the Go scheduler cannot interrupt:
// a garbage collection that begins meanwhile stops the whole process until
// they end. Pieces of pieceBytes take some microseconds.
const pieceBytes = 256 << 10

// copyBytes is copy, piece by piece.
func copyBytes(dst, src []byte) {
	n := min(len(dst), len(src))
	for at := 0; at < n; at += pieceBytes {
		end := min(at+pieceBytes, n)
		copy(dst[at:end], src[at:end])
	}
}

// clearBytes is clear, piece by piece.
func clearBytes(b []byte) {
	for at := 0; at < len(b); at += pieceBytes {
		clear(b[at:min(at+pieceBytes, len(b))])
	}
}
