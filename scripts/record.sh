#!/usr/bin/env bash
# Runs a short session with the mokctl in PATH and prints it as text, for README.md. Creates a
# cluster and deletes it.
# usage: record.sh [NAME]
set -euo pipefail

name=${1:-mycluster}

run() {
  # Printed as a user would type it: no word here needs quotes.
  printf '$ %s\n' "$*"
  "$@" 2>&1
}

run mokctl create cluster "$name" 1 1
run mokctl get nodes "$name"
run mokctl create worker "$name"
run mokctl exec "$name-master-1" -- kubectl get nodes
run mokctl delete cluster "$name" --yes
