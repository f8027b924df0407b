#!/usr/bin/env bash
# On the first master of a new cluster: what init.sh has left of `kubeadm init`, but for
# kubelet-finalize. That restarts the kubelet, for what kubelet.conf has from the start.
# And its configuration once more: where phases of add-ons are left out, kubeadm notes that
# the cluster shall not have them, and would not upgrade them.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
phases=preflight,certs,kubeconfig,etcd,control-plane,kubelet-start,wait-control-plane
phases+=,upload-config/kubelet,upload-certs,bootstrap-token,kubelet-finalize,show-join-command
finish() { kubeadm_init "$phases"; }
export phases
as_super_admin finish
