#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join command is
# taken from there.
# usage: init.sh [ADDRESS]...: of the masters that join at once
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

# What nodes can join without is left to finish.sh, which runs beside the joins. kubeadm
# asks an API that does not answer yet again by itself, and is through sooner than the
# control plane calls itself healthy.
phases=wait-control-plane,mark-control-plane,kubelet-finalize,addon
kubeadm init --config=/root/mok/kubeadm-init.yaml \
  --skip-phases="$phases${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
# An etcd does not start where others have become members since kubeadm wrote down who is
# one: so all are, before the first of them joins.
for address in "$@"; do
  in_etcd member add "$address" --learner --peer-urls="https://$address:2380"
done
