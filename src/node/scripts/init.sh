#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join command is
# taken from there.
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
