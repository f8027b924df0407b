#!/usr/bin/env bash
# Runs a short session with the mokctl of PATH and prints it as text: the
# recording in README.md. Makes a cluster and deletes it.
# usage: record.sh [NAME]
set -euo pipefail

name=${1:-mycluster}

run() {
  # As it would be typed: no word here needs quotes.
  printf '$ %s\n' "$*"
  "$@" 2>&1
}

run mokctl create cluster "$name" 1 1
run mokctl get nodes "$name"
run mokctl create worker "$name"
run mokctl exec "$name-master-1" -- kubectl get nodes
run mokctl delete cluster "$name" --yes
