#!/usr/bin/env bash
# GoMLX's own tests, pointed at the simd backend: each that passes on the Go
# backend must pass on ours, but for numbers of a complex type, which ours has
# not. Works on a copy of the module; takes some minutes.
set -euo pipefail
root=$(pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp -r "$(go list -m -f '{{.Dir}}' github.com/gomlx/gomlx)/." "$work"
chmod -R u+w "$work"
cd "$work"
go work init . "$root"
# XLA, which its tests would download, is not what is tested.
sed -i 's/err := xla.AutoInstall()/var err error; _ = xla.AutoInstall/' support/testutil/testutil.go core/graph/graph_test.go
packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}} {{.Dir}} {{.Name}}{{end}}' ./core/... ./ml/...)
while read -r _ dir name; do
	printf 'package %s_test\n\nimport _ "gsdnet/simd"\n' "$name" >"$dir/zz_simd_test.go"
done <<<"$packages"

# passed BACKEND lists the tests that pass, one a line, with their packages.
passed() {
	# shellcheck disable=SC2046 # the packages are words
	GOMLX_BACKEND=$1 go test -json $(cut -d' ' -f1 <<<"$packages") >"$1.json" 2>"$1.err" || true
	grep '"Action":"pass"' "$1.json" | grep '"Test":' |
		sed -E 's/.*"Package":"([^"]*)","Test":"([^"]*)".*/\1 \2/; s/\/(go|simd)(\/|$)/\/BACKEND\2/g' | sort -u >"$1.passed"
	echo "$1: $(wc -l <"$1.passed") tests pass"
}
passed go
passed simd
if [ "$(wc -l <go.passed)" -lt 500 ]; then
	cat go.err && echo "too few of GoMLX's tests pass on its own backend to say anything" && exit 1
fi
missing=$(comm -23 go.passed simd.passed | grep -vE 'TestConvertDType(/ConvertToComplex)?$' || true)
[ -z "$missing" ] || { echo "pass on go alone:" && echo "$missing" && exit 1; }
echo "what passes on go passes on simd"
