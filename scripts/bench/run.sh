#!/usr/bin/env bash
# Compares mokctl with kind, both in the bench's engine and with the same Kubernetes: see
# docs/performance.md. Results go to target/bench/.
# usage: run.sh create|idle
# env: ROUNDS, SHAPES, SIDES; DOCS, a document whose generated part is replaced
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
# shellcheck source=scripts/bench/engine.sh
. scripts/bench/engine.sh

((EUID == 0)) || die "starts its own engine: run this as root"
# Absolute paths, because lookups in PATH ignore relative ones.
target=$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")
export MOK_BENCH_MODE=$1
export MOK_BENCH_MOKCTL=${MOK_BENCH_MOKCTL:-$target/release/mokctl}
export MOK_BENCH_KIND=$target/bench/kind
export MOK_BENCH_RESULTS=$target/bench
export MOK_BENCH_FROM=${DOCKER_HOST:-}
mkdir -p "$target/bench"

# `build image` prints the name of the image.
MOK_BENCH_NODE_IMAGE=${MOK_BENCH_NODE_IMAGE:-$("$MOK_BENCH_MOKCTL" build image)}
export MOK_BENCH_NODE_IMAGE
scripts/bench/kind.sh "$target/bench"
# Compiled before anything is timed.
cargo test --locked --quiet --bench against_kind --no-run

trap stop_engine EXIT
start_engine
MOK_BENCH_KIND_IMAGE=$(scripts/bench/images.sh "$MOK_BENCH_NODE_IMAGE" "$MOK_BENCH_KIND")
export MOK_BENCH_KIND_IMAGE
cargo test --locked --quiet --bench against_kind
