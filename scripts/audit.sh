#!/usr/bin/env bash
# Looks at what comes with the dependencies (deny.toml): licences, sources, and
# known faults where the database of them can be reached. What is not looked at is
# said aloud. With --install it gets cargo-deny first, which is minutes of compiling.
# usage: audit.sh [--install]
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

if ! cargo deny --version >/dev/null 2>&1; then
  if [[ ${1:-} != --install ]]; then
    say "NOT CHECKED, there is no cargo-deny ('make audit' installs it): licences, sources, advisories"
    exit 0
  fi
  cargo install --locked cargo-deny
fi
cargo deny --log-level error check bans licenses sources

# A network that swallows what is sent to it must not hold the checks up.
if ! found=$(timeout 120 cargo deny check advisories 2>&1); then
  if [[ -z $found || $found == *'failed to fetch advisory database'* ]]; then
    say "NOT CHECKED, the database cannot be reached: advisories"
  else
    printf '%s\n' "$found" >&2
    die "see above"
  fi
fi
