#!/usr/bin/env bash
# Starts the control plane of a further master of a new cluster, in parallel with the first one's,
# so that all etcds are members from the beginning. A later member would wait seconds for a message
# that it never gets (docs/design.md).
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime
# The first master does what is done once for a cluster, and join.sh what needs an API. As with
# kubeadm, only the first master has super-admin.conf.
phases=kubeconfig/super-admin,wait-control-plane,upload-config,upload-certs
phases+=,mark-control-plane,bootstrap-token,kubelet-finalize,addon,show-join-command
kubeadm_init "$phases"
