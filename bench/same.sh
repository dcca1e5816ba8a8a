#!/usr/bin/env bash
# Shows that two revisions of the program do the same. It builds both, lets each
# train, evaluate, predict, impute, sweep and report on the same conversations, every
# model on both tasks, and compares what they write byte for byte.
#
#   bench/same.sh BEFORE [AFTER]      revisions; AFTER is the working tree by default
#
# bench/same says what the comparison leaves out: the seconds that a run took.
set -euo pipefail
cd "$(dirname "$0")/.."
before=${1:?usage: bench/same.sh BEFORE [AFTER]}
after=${2:-}
work=$(mktemp -d)
cleanup() {
	for name in before after; do
		git worktree remove --force "$work/src-$name" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap cleanup EXIT

build() { # build NAME REVISION
	local tree=$PWD
	if [ -n "$2" ]; then
		git worktree add --quiet --detach "$work/src-$1" "$2"
		tree=$work/src-$1
	fi
	(cd "$tree" && CGO_ENABLED=0 go build -trimpath -o "$work/gsdnet-$1" ./cmd/gsdnet)
}
build before "$before"
build after "$after"
go run ./bench/same -make "$work/data"

suite() { # suite NAME: everything that the revision writes, into $work/NAME
	local bin=$work/gsdnet-$1
	mkdir -p "$work/$1" && cd "$work/$1"
	cp "$work"/data/*.npz .
	for task in scores classes; do
		for model in zero mean regression mctn mmin gcnet dicmor imder gsdnet; do
			local run=$task-$model
			"$bin" train --model "$model" --data $task.npz --out "$run" --set "$model.width=8" \
				--set "$model.hidden=8" --set train.epochs=2 --set train.batch=4 >"$run.train.txt"
			"$bin" eval "$run" --data $task.npz --samples 2 --recovery --out "$run.eval" --json >"$run.json"
			"$bin" predict "$run" --in $task.npz --out "$run.csv" --samples 2 --quiet
			"$bin" impute "$run" --in $task.npz --out "$run.npz" --samples 2 --quiet
		done
	done
	cp "$OLDPWD/bench/same/grid.toml" .
	"$bin" sweep grid.toml --out sweep --data-dir . --workers 2 --quiet >/dev/null
	"$bin" report sweep >report.txt
	cd - >/dev/null
}
suite before
suite after
go run ./bench/same "$work/before" "$work/after"
