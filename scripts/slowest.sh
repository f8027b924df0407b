#!/usr/bin/env bash
# Runs tests, and prints the ten slowest at the end.
# usage: slowest.sh cargo test [ARGUMENT...] -- [ARGUMENT OF THE TESTS...]
set -euo pipefail

printed=$(mktemp)
trap 'rm -f "$printed"' EXIT

# Tests print how long they took only with unstable features. The variable is set for the tests
# only: cargo would compile some crates differently with it.
target=$(rustc --version --verbose | sed --quiet 's/^host: //p' | tr 'a-z-' 'A-Z_')
export "CARGO_TARGET_${target}_RUNNER=env RUSTC_BOOTSTRAP=1"

status=0
"$@" -Zunstable-options --report-time | tee "$printed" || status=$?
echo "The ten slowest, in seconds:"
# With --nocapture, the output of a test is between its name and its result.
awk '
  /^test [^ ]+ \.\.\./ { name = $2 }
  /(ok|FAILED) <[0-9.]+s>$/ {
    gsub(/[<>s]/, "", $NF)
    print "  " $NF, name
  }' "$printed" | sort --general-numeric-sort --reverse | sed --quiet 1,10p # head would leave sort alone
exit "$status"
