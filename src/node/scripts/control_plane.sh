#!/usr/bin/env bash
# Starts the control plane of a further master of a new cluster, beside the first one's, so
# that all etcds are members from the beginning. One that came later would wait seconds for
# a message that it never gets (docs/design.md).
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime
# What is done once for a cluster is the first master's, what needs an API is join.sh's. As
# kubeadm has it, the first master alone has super-admin.conf.
phases=kubeconfig/super-admin,wait-control-plane,upload-config,upload-certs
phases+=,mark-control-plane,bootstrap-token,kubelet-finalize,addon,show-join-command
kubeadm_init "$phases"
