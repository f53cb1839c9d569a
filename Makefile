# make bench   compare GPU and CPU on this machine
# make test    run every test
# make lint    check the form of Go code and shaders
# Each installs what it needs first (Debian and Ubuntu).

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

# A photo to look at: the first of these that exists.
PHOTO ?= $(firstword $(wildcard ../shared/models/photos/coral_parrot.jpg $(shell go env GOROOT 2>/dev/null)/src/image/testdata/video-001.jpeg))

.PHONY: bench bench-cpu test lint build picture

bench: build
	bin/gpubench bench $(if $(PHOTO),-input $(PHOTO)) $(ARGS)

build:
	@.ci/setup build
	go build -o bin/gpubench ./cmd/gpubench

# Three times: with cgo, GPU, display and race detector; by name, tests that leave something
# out under it, as they compute much and share nothing; and all as a build without cgo,
# benchmarks once, so that they still run. internal/racing holds tests to that.
# Before it what shares work, and what decides without assembly, on 32 bits, as a Raspberry Pi may have; and
# the CPU backend without assembly.
# Then a ninth of the GPU's small networks once more on Mesa's other software driver.
test:
	@.ci/setup test
	CGO_ENABLED=0 go build ./...
	CGO_ENABLED=0 GOARCH=386 go build ./...
	CGO_ENABLED=0 GOARCH=386 go test -short -run 'EveryTask|Sessions|Stretch|Shares|WhatIsFused|DirectForm|Algorithm' ./cpu
	CGO_ENABLED=0 go test -tags noasm ./cpu ./cpu/internal/simd
	GALLIVM_PERF=nopt SHUFFLEGL_GPU=required .ci/with-display go test -race -timeout 40m ./...
	GALLIVM_PERF=nopt SHUFFLEGL_GPU=required go test -run 'Conformance|SeenAlike|Probes|Allocates|SecondStart|SpecMinimum|Zoo|Trained|Light|Bombs|Damaged|LargeGraphs|Examples|Golden|PaperFile|Report|Models' -timeout 40m ./gpu ./network/onnx ./cmd/gpubench
	CGO_ENABLED=0 go test -short -bench . -benchtime 1x ./...
	CGO_ENABLED=0 go test -run '^$$' -fuzz FuzzRead -fuzztime 30s -fuzzminimizetime 5x ./network/onnx
	SHUFFLEGL_GPU=required GALLIUM_DRIVER=softpipe go test -short -run 'TestConformance$$|Modes|StoresRound|SelfTest|Allocates|LargeMatrix|ProgramCache' -timeout 20m ./gpu

lint:
	@.ci/setup lint
	@out=$$(gofmt -l .); [ -z "$$out" ] || { echo "gofmt: $$out"; exit 1; }
	go vet ./...
	CGO_ENABLED=0 GOARCH=386 go vet ./...
	go run $(STATICCHECK) ./...
	SHUFFLEGL_LINT=1 go test -run TestShadersValidate ./gpu

# The CPU backend against ONNX Runtime, on networks of the zoo or MODELS='a.onnx b.onnx'.
bench-cpu:
	@.ci/bench-cpu $(MODELS)

# README's picture, of this machine.
picture: build
	@.ci/setup picture
	bin/gpubench peak -o bin/peak.jsonl
	bin/gpubench bench -peak bin/peak.jsonl -o bin/results.jsonl
	bin/gpubench report bin/results.jsonl bin/peak.jsonl -charts latency,kernels,roofline -plot bin/report.png
	convert bin/report.png -resize 1031x +dither -colors 128 PNG8:cmd/gpubench/testdata/report.png
