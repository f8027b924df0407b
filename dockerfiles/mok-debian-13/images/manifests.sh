#!/usr/bin/env bash
# Makes the add-ons' manifests: each project's own, as its module has them, with the
# changes that the kustomizations beside this script name.
# usage: manifests.sh PROGRAMS_FOLDER OUTPUT_FOLDER
set -euo pipefail

programs=$1
output=$2/addons
here=$(dirname "$0")
mkdir -p "$output"

cp "$programs/local-path-storage.yaml" "$here/storage/upstream.yaml"
"$programs/kubectl" kustomize "$here/storage" >"$output/storage.yaml"
