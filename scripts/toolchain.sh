#!/usr/bin/env bash
# Makes sure that mokctl can be built and checked: cargo, a linker, and cargo's two helpers.
set -euo pipefail

here=$(dirname "$0")
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

command -v cargo >/dev/null || die "there is no cargo: https://rustup.rs installs it"
"$here/need.sh" cc gcc libc6-dev
for component in fmt:rustfmt clippy:clippy; do
  cargo "${component%:*}" --version >/dev/null 2>&1 || rustup component add "${component#*:}"
done
