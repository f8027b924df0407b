#!/usr/bin/env bash
# Makes sure that PROGRAM exists: installs the distribution's PACKAGE... if it does not.
# usage: need.sh PROGRAM PACKAGE...
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

command -v "$1" >/dev/null || install_packages "${@:2}"
