#!/usr/bin/env bash
# Prints the folder of syft, which writes an SBOM of an image or a Cargo.lock: crates, Go modules
# and Debian packages. Builds it the first time, which takes minutes.
# usage: syft.sh
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

version=v1.38.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mokctl/syft-$version
if syft=$(command -v syft); then
  dirname "$syft"
  exit
fi
if [[ ! -x $cache/syft ]]; then
  command -v go >/dev/null || die "needs syft, or Go to build it"
  say "building syft $version"
  GOBIN=$cache GOFLAGS=-trimpath go install "github.com/anchore/syft/cmd/syft@$version" >&2
fi
echo "$cache"
