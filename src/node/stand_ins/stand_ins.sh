#!/usr/bin/env bash
# Runs before the kubelet in a node whose image has another Kubernetes than the cluster's: gives the
# node's container images the names that the cluster's pods ask for, because nothing is pulled.
# usage: stand_ins.sh NAME...
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime
images() { ctr --namespace k8s.io images "$@"; }
for name in "$@"; do
  all=$(images list --quiet)
  if grep --quiet --line-regexp --fixed-strings "$name" <<<"$all"; then continue; fi
  own=$(awk -v repository="${name%:*}:" 'index($0, repository) == 1 { print; exit }' <<<"$all")
  if [[ -n $own ]]; then images tag "$own" "$name" >/dev/null; fi
done
