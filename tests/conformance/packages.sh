#!/usr/bin/env bash
# Installs packages, and leaves apt's lists out of the image: it goes to every node.
# usage: packages.sh PACKAGE...
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/*_* /var/cache/apt/*.bin
