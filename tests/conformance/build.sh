#!/usr/bin/env bash
# Builds programs of Kubernetes' source beside those of a node.
# usage: build.sh SOURCE_FOLDER OUTPUT_FOLDER PACKAGE...   (env: KUBE_VERSION)
set -euo pipefail

source_folder=$1
output=$2
shift 2
mkdir -p "$output"

cd "$source_folder"
export KUBE_GIT_COMMIT=debian KUBE_GIT_TREE_STATE=archive KUBE_GIT_VERSION=$KUBE_VERSION
export GO111MODULE=off GOFLAGS=
# Without C: they find names and users as upstream's do, whatever their image has.
export KUBE_STATIC_OVERRIDES="agnhost nonewprivs sample-apiserver"
# One line: make hands WHAT to a shell.
make WHAT="$*"
for package; do
  install -m 0755 _output/local/bin/linux/*/"${package##*/}" "$output/"
  strip "$output/${package##*/}"
done
