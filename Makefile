# Two commands matter: `make run` and `make test`. The rest is in `make help`.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: run test test-vm check bench agent-static packages format clean help

# What `make run` passes on, such as ARGS="--once --format json".
ARGS ?=
SWIFT_FOLDERS := Sources Tests Package.swift

run: ## install what is missing, build, and show this machine's state and the dashboard
	@scripts/setup
	@scripts/build-release patchbay patchbay-agent
	@exec .build/release/patchbay up $(ARGS)

test: ## install what is missing and run every test
	@scripts/setup --test
	@scripts/test

test-vm: ## the product on virtual machines with their own kernel; slow (half an hour), needs root
	@scripts/setup --test
	@testbed/lab install --machines
	@scripts/test build machines

check: ## formatting, a build without warnings, and the laws of the house
	@scripts/setup
	@swift format lint --strict --parallel --recursive $(SWIFT_FOLDERS)
	@scripts/build-debug
	@swift test --skip-build --disable-xctest --filter ArchitectureTests

bench: ## measure, one JSON object a line (see docs/benchmarks.md)
	@scripts/setup --test
	@scripts/build-release patchbay patchbay-agent
	@scripts/bench

agent-static: ## the agent as one static file, .build/patchbay-agent-static
	@scripts/setup
	@scripts/agent-static

packages: agent-static ## the agent's .deb and .rpm, in .build/packages
	@scripts/packages

format: ## bring every Swift file into form, comments too
	@scripts/wrap-comments Sources Tests
	@swift format --in-place --parallel --recursive $(SWIFT_FOLDERS)

clean: ## remove everything that was built
	@rm -rf .build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
