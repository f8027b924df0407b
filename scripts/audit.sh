#!/usr/bin/env bash
# Checks licences and sources of the dependencies (deny.toml), and advisories if their database can
# be reached. Says clearly what was not checked. With --install it installs cargo-deny first, which
# takes minutes to compile.
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

# A network that drops packets must not hold up the checks.
if ! found=$(timeout 120 cargo deny check advisories 2>&1); then
  if [[ -z $found || $found == *'failed to fetch advisory database'* ]]; then
    say "NOT CHECKED, the database cannot be reached: advisories"
  else
    printf '%s\n' "$found" >&2
    die "see above"
  fi
fi
