#!/usr/bin/env bash
# Runs each fuzz target for SECONDS. Stops at the first finding, whose input cargo-fuzz writes to a
# file and names.
# Without a sanitizer, because the crate has no unsafe code, and the stable compiler is enough.
# usage: scripts/fuzz.sh [SECONDS] [TARGET...]      scripts/fuzz.sh 60 parser
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

"$PWD/scripts/need.sh" g++ g++
cargo fuzz --version >/dev/null 2>&1 || {
  say "installing cargo-fuzz"
  cargo install --locked cargo-fuzz
}

seconds=${1:-600}
if (($# > 0)); then shift; fi
targets=("$@")
if ((${#targets[@]} == 0)); then mapfile -t targets < <(cargo fuzz list); fi

for target in "${targets[@]}"; do
  say "$target: $seconds s"
  # Interesting inputs are kept for the next time.
  mkdir -p "fuzz/corpus/$target"
  cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 -verbosity=0
done
