#!/usr/bin/env bash
# On a master that shall go: takes its member out of etcd and its part of the
# control plane off the node.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

kubeadm reset --force --cri-socket="unix://$CRI_SOCKET"
