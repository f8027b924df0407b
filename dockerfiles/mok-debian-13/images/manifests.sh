#!/usr/bin/env bash
# Makes the manifests of the add-ons: those in each project's module, with the changes of the
# kustomizations next to this script.
# usage: manifests.sh PROGRAMS_FOLDER OUTPUT_FOLDER
set -euo pipefail

programs=$1
output=$2/addons
here=$(dirname "$0")
mkdir -p "$output"

# addon NAME MANIFEST...
addon() {
  local name=$1
  shift
  (cd "$programs" && cat "$@") >"$here/$name/upstream.yaml"
  "$programs/kubectl" kustomize "$here/$name" >"$output/$name.yaml"
}

addon storage local-path-storage.yaml
addon metrics metrics-server-{rbac,service,deployment}.yaml
addon policy kube-router.yaml
addon loadbalancer metallb.yaml
# Applied last: an API that does not answer yet would delay every kubectl call.
cp "$programs/metrics-server-apiservice.yaml" "$output/metrics-api.yaml"
