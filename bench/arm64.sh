#!/usr/bin/env bash
# The engine on arm64 under qemu-user, which Debian has, on any machine: all tests
# of the engine, with the NEON kernels and with portable Go, and how many
# instructions either executes. `bench/arm64.sh counts` leaves the tests out.
# Instructions are counted in a trace that has one line for each (-singlestep),
# of the functions of package kernel and of package math.
set -euo pipefail
for tool in qemu-aarch64 aarch64-linux-gnu-objdump; do
	command -v "$tool" >/dev/null || {
		echo "SKIPPED: no $tool; Debian has it in qemu-user and binutils-aarch64-linux-gnu"
		exit 0
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build() { GOARCH=arm64 CGO_ENABLED=0 go test -c -o "$work/$1.test" "$2"; }
build kernel ./simd/internal/kernel
if [ "${1:-}" != counts ]; then
	go test ./simd/internal/kernel -run TestWordsAreWhatTheirCommentsSay -count 1
	build simd ./simd
	# Tests of package kernel set the level themselves. One measures time, which says nothing here.
	(cd simd/internal/kernel && qemu-aarch64 "$work/kernel.test" -test.short -test.timeout 30m -test.skip TestGarbageCollectionsDoNotWait)
	# One test starts its own program again, which qemu-user does not.
	for level in neon generic; do
		echo "engine: $level"
		(cd simd && GSDNET_SIMD=$level qemu-aarch64 "$work/simd.test" -test.short -test.timeout 60m -test.skip TestIdleBackendSleeps)
	done
fi

# The ranges of addresses of both packages.
range() { go tool nm -n "$work/kernel.test" | awk -v p="$1." 'index($3, p) == 1 && $2 ~ /[tT]/ {if (!a) a = $1; z = $1} END {print "0x" a "..0x" z}'; }
filter=$(range gsdnet/simd/internal/kernel),$(range math)

# count LEVEL NAME counts the instructions of one run, without what the package
# does at its start and, of products, without package math, which makes their
# random numbers.
count() {
	local leave='kernel\.(init|parseLevel|Choose|initialLevel)|math\.(log|frexp)'
	case $2 in Product*) leave="$leave|math\\." ;; esac
	GSDNET_SIMD=$1 qemu-aarch64 -singlestep -d exec,nochain -dfilter "$filter" "$work/kernel.test" -test.run '^$' \
		-test.bench "^BenchmarkCount\$/^$2\$" -test.benchtime 1x 2>&1 >/dev/null |
		awk -v leave="$leave" '$NF ~ leave {next} /^Trace/ {n++} /^Stopped/ {n--} END {print n}'
}
echo "| instructions | NEON | portable Go | portable : NEON |"
echo "|:--|--:|--:|--:|"
for name in Exp Logistic Tanh Sum Transpose Product ProductTransposedA ProductTransposedB; do
	neon=$(count neon "$name") generic=$(count generic "$name")
	awk -v n="$name" -v a="$neon" -v b="$generic" 'BEGIN {printf "| %s | %d | %d | %.1f |\n", n, a, b, b / a}'
done
