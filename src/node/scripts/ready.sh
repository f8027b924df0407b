#!/usr/bin/env bash
# On a master: waits until the named nodes are Ready; says of each that is not
# what it last reported.
# usage: ready.sh SECONDS NODE...
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
seconds=$1
shift
admin() { kubectl --kubeconfig=/etc/kubernetes/admin.conf "$@"; }

if ! admin wait --for=condition=Ready --timeout="${seconds}s" "${@/#/node/}"; then
  admin get nodes "$@" --output=custom-columns='NODE:.metadata.name,READY:.status.conditions[?(@.type=="Ready")].status,WHY:.status.conditions[?(@.type=="Ready")].message' >&2
  exit 1
fi
