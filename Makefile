# Builds, tests, measures and releases mokctl. `make help` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Targets run one after another even with -j: cargo and the engine share the cores.
.NOTPARALLEL:

# The cluster that `make cluster` creates.
NAME ?= mycluster
MASTERS ?= 1
WORKERS ?= 1
# How long each fuzz target runs, in seconds; how many rounds `make soak` does, and with which nodes.
SECONDS ?= 600
N ?= 30
SHAPE ?= 1+1
# Where `make install` installs.
PREFIX ?= /usr/local
DESTDIR ?=
PLACE = $(DESTDIR)$(PREFIX)
INSTALL_TEXT := install -D -m 0644 /dev/stdin

# The Debian release in the virtual machine of `make e2e-vm` (trixie or forky), and the tests to run there.
SUITE ?= trixie
PART ?= all
# The engine of `make e2e-today` (debian or source), its image store, the backend of its firewall,
# and the tests to run.
ENGINE ?= debian
STORE ?= containerd
FIREWALL ?= iptables
TESTS ?= create:: load_image:: snapshots:: clones:: nodes:: storage:: addons:: dns::
e2e-today: SUITE = forky

# The rounds, sides and shapes of `make bench`, and the document that gets the results.
ROUNDS ?= 5
SIDES ?= mokctl kind
DOCS ?=
bench: SHAPES ?= 1+0 1+1 1+3 1+6 3+0
bench-idle: SHAPES ?= 1+1
# The Kubernetes versions of `make e2e-versions`, `make publish` and `make release`; empty for all.
VERSIONS ?=
# Existing node images that `make publish` and `make release` use instead of VERSIONS.
IMAGES ?=
# The tag or commit that `make e2e-last-release` compares with; empty for the last release.
FROM ?=
# The repository that `make publish` pushes to, and the one that a released mokctl pulls from.
TO ?=
REPOSITORY ?=
# The URL at which the files of `make release` will be, and the SSH key that signs them.
URL ?=
KEY ?=
DIST ?= dist

export PATH := $(PATH):$(HOME)/.cargo/bin
MOKCTL := $(or $(CARGO_TARGET_DIR),target)/release/mokctl
# The file that `make deb` makes.
DEB := $(dir $(MOKCTL))mokctl.deb
# The program is meant to be copied to other machines, so it stays below this size, in bytes.
# On Linux it is linked statically: it then runs whatever libc is installed, and answers `-h` in
# half the time.
MOST_BYTES := 6000000
STATIC := $(if $(filter Linux,$(shell uname)),-C target-feature=+crt-static)
# Panic messages name source files. These flags give them the same paths wherever mokctl is built.
REMAPPED := --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo --remap-path-prefix=$(CURDIR)=/mokctl
# The Kubernetes versions of a release's node images.
RELEASED := 1.34 1.35 1.36 1.37
CARGO_TEST_E2E := scripts/slowest.sh cargo test --locked --test e2e -- --test-threads=1

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

.PHONY: cluster
cluster: image ## Make a cluster (NAME=mycluster MASTERS=1 WORKERS=1), with everything it needs
	@$(MOKCTL) create cluster $(NAME) $(MASTERS) $(WORKERS)
	@echo "mokctl is $(MOKCTL); 'make install' puts it on your PATH, 'make delete-cluster NAME=$(NAME)' removes the cluster."

.PHONY: delete-cluster
delete-cluster: build ## Remove the cluster NAME
	@$(MOKCTL) delete cluster $(NAME)

.PHONY: test
test: check e2e ## Run every check and the end-to-end tests

.PHONY: build
build: toolchain ## Build mokctl
	@RUSTFLAGS="$(REMAPPED) $${RUSTFLAGS:-}" cargo rustc --locked --release --bin mokctl -- $(STATIC)
	@(($$(stat --format=%s $(MOKCTL)) < $(MOST_BYTES))) || { echo "$(MOKCTL) has $(MOST_BYTES) bytes or more" >&2; exit 1; }

.PHONY: image
image: engine build ## Build the node image; takes minutes once
	@$(MOKCTL) build image

.PHONY: check
check: toolchain lint ## Run every check that needs no engine
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --test e2e -- -D warnings
	cargo update --quiet --workspace --locked --manifest-path=fuzz/Cargo.toml # fails if Cargo.lock is outdated
	@scripts/need.sh openssl openssl
	RUST_TEST_THREADS=$$((2 * $$(nproc))) scripts/slowest.sh cargo test --locked --lib --bins --examples --tests -- # tests wait more than they compute
	@scripts/need.sh zsh zsh
	@scripts/need.sh fish fish
	@scripts/need.sh groff groff-base
	cargo test --locked --test cli -- --ignored
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps
	@scripts/audit.sh

.PHONY: audit
audit: toolchain ## Check licences and advisories of the dependencies; installs cargo-deny
	@scripts/audit.sh --install

.PHONY: lint
lint: ## Check the scripts, and the rules for text in all files
	@scripts/lint.sh

.PHONY: e2e
e2e: toolchain engine registry ## Run the end-to-end tests, which create real clusters (over half an hour)
	$(CARGO_TEST_E2E)

.PHONY: e2e-full
e2e-full: toolchain engine registry ## Run the slow end-to-end tests as well
	$(CARGO_TEST_E2E) --include-ignored --skip a_restart_of_the_engine --skip soak:: --skip package:: --skip hosts:: --skip from_nothing_to_a_cluster --skip last_release::

.PHONY: e2e-engine
e2e-engine: toolchain engine ## Restart this machine's engine under a cluster
	$(CARGO_TEST_E2E) --ignored --nocapture a_restart_of_the_engine

.PHONY: e2e-last-release
e2e-last-release: toolchain engine ## Test with clusters of the last release (FROM=TAG for another one; MOK_LAST_RELEASE_IMAGE for its image)
	MOK_LAST_RELEASE="$$(scripts/last-release.sh $(or $(CARGO_TARGET_DIR),target)/last $(FROM))" $(CARGO_TEST_E2E) --ignored --nocapture last_release::

.PHONY: e2e-hosts
e2e-hosts: toolchain engine ## Test clusters over several hosts: engines in network namespaces; needs root
	$(CARGO_TEST_E2E) --ignored --nocapture hosts::

.PHONY: e2e-vm
e2e-vm: toolchain engine build ## Test in virtual machines (SUITE=trixie PART=all; PART=smoke is short); needs root
	@scripts/e2e-vm.sh $(SUITE) $(PART) $(or $(CARGO_TARGET_DIR),target)/vm $(MOKCTL)

.PHONY: e2e-today
e2e-today: toolchain engine build ## End-to-end tests with a later Docker (SUITE=forky, ENGINE=source FIREWALL=nftables, TESTS="create::"); needs root
	@scripts/e2e-today.sh $(SUITE) $(ENGINE) $(STORE) $(FIREWALL) $(or $(CARGO_TARGET_DIR),target)/vm $(MOKCTL) $(TESTS)

.PHONY: docs-test
docs-test: image ## Run the tutorial's commands and compare their output (minutes)
	@$(MOKCTL) build image --k8sver v1.36.3 # the chapter on upgrades starts from it
	$(CARGO_TEST_E2E) --include-ignored tutorial:: console::

.PHONY: conformance
conformance: engine build ## Run Kubernetes' conformance tests (FOCUS=DNS for some of them); an hour, longer the first time
	@scripts/conformance.sh $(MOKCTL) $(or $(CARGO_TARGET_DIR),target)/conformance

.PHONY: e2e-versions
e2e-versions: engine build ## Build and test Kubernetes 1.34 to 1.36 (VERSIONS=1.36.3 for some of them); minutes for each
	@VERSIONS="$(VERSIONS)" scripts/e2e-versions.sh $(MOKCTL)

.PHONY: diagrams
diagrams: toolchain ## Regenerate the diagrams in docs/
	@scripts/diagrams.sh

.PHONY: bench
bench: image ## Compare with kind (ROUNDS=5 SHAPES="1+0 1+1 1+3 1+6 3+0"; DOCS=docs/performance.md writes the results there)
	@ROUNDS="$(ROUNDS)" SHAPES="$(SHAPES)" SIDES="$(SIDES)" DOCS="$(DOCS)" scripts/bench/run.sh create

.PHONY: bench-idle
bench-idle: image ## Measure idle clusters (SHAPES="1+1" SIDES="mokctl kind"; DOCS as above)
	@ROUNDS=1 SHAPES="$(SHAPES)" SIDES="$(SIDES)" DOCS="$(DOCS)" scripts/bench/run.sh idle

.PHONY: fuzz
fuzz: toolchain ## Run each fuzz target for SECONDS=600
	@scripts/fuzz.sh $(SECONDS)

.PHONY: soak
soak: toolchain engine ## Create, use and delete a cluster N=30 times (SHAPE=1+1); fails if anything leaks
	MOK_SOAK_ROUNDS=$(N) MOK_SOAK_SHAPE=$(SHAPE) $(CARGO_TEST_E2E) --ignored --nocapture soak::

.PHONY: install
install: build ## Install mokctl, its manual page and completions below PREFIX=/usr/local (and DESTDIR)
	install -D -m 0755 $(MOKCTL) $(PLACE)/bin/mokctl
	$(MOKCTL) man | $(INSTALL_TEXT) $(PLACE)/share/man/man1/mokctl.1
	$(MOKCTL) completion bash | $(INSTALL_TEXT) $(PLACE)/share/bash-completion/completions/mokctl
	$(MOKCTL) completion zsh | $(INSTALL_TEXT) $(PLACE)/share/zsh/site-functions/_mokctl
	$(MOKCTL) completion fish | $(INSTALL_TEXT) $(PLACE)/share/fish/vendor_completions.d/mokctl.fish

.PHONY: deb
deb: build ## Make a Debian package; installs cargo-deb
	@cargo deb --version >/dev/null 2>&1 || cargo install --locked cargo-deb
	@$(MAKE) --no-print-directory --old-file=build install DESTDIR= PREFIX=$(abspath $(dir $(MOKCTL)))/laid-out
	cargo deb --locked --no-build --no-strip --output=$(DEB)

.PHONY: deb-test
deb-test: engine image deb ## Install, use and remove the Debian package in a bare container
	MOK_DEB=$(abspath $(DEB)) $(CARGO_TEST_E2E) --ignored --nocapture package::

.PHONY: publish
publish: engine build ## Push node images TO=REGISTRY/PATH (VERSIONS="1.36 1.37" for some of them), before `make release`
	@[[ -n "$(TO)" ]] || { echo "where to? make publish TO=REGISTRY/PATH" >&2; exit 1; }
	@scripts/publish.sh "$(TO)" $(DIST) $(or $(IMAGES),$$(for version in $(or $(VERSIONS),$(RELEASED)); do $(MOKCTL) build image --quiet --k8sver $$version; done))

.PHONY: release
release: engine ## Build all files of a release in dist/ (REPOSITORY=REGISTRY/PATH VERSIONS URL KEY=SSHKEY)
	@MOKCTL_RELEASE_REPOSITORY="$(REPOSITORY)" MOKCTL_RELEASE_DIGESTS="$(if $(REPOSITORY),$(shell cat $(DIST)/digests 2>/dev/null))" \
	  $(MAKE) --no-print-directory deb
	@IMAGES="$(IMAGES)" VERSIONS="$(or $(VERSIONS),$(RELEASED))" URL="$(URL)" KEY="$(KEY)" scripts/release.sh $(MOKCTL) $(DEB) $(DIST)

.PHONY: release-test
release-test: toolchain engine ## Install a release and create a cluster, on an empty engine; needs root
	MOK_DIST=$(abspath $(DIST)) $(CARGO_TEST_E2E) --ignored --nocapture from_nothing_to_a_cluster

.PHONY: reproduce
reproduce: engine build ## Build the program and the node image again from scratch, and compare (VERSION=1.36 for another one); needs root
	@VERSION="$(VERSION)" scripts/reproduce.sh $(MOKCTL)

.PHONY: clean
clean: ## Remove build output; images and clusters stay
	cargo clean

.PHONY: toolchain
toolchain: # Installs the Rust compiler and cargo's helpers
	@scripts/toolchain.sh

.PHONY: registry
registry: # Installs the registry that tests start
	@scripts/need.sh docker-registry docker-registry

.PHONY: engine
engine: ## Make sure that a Docker engine answers
	@scripts/engine.sh
