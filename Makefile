# The targets are CI's steps; `make ci` runs them all.
export CGO_ENABLED ?= 0

.PHONY: ci fmt vet test

ci: fmt vet test

fmt:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on the files above"; exit 1; }

vet:
	go vet ./...

test:
	go test ./...
