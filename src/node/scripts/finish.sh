#!/usr/bin/env bash
# Runs on the first master of a new cluster: the phases of `kubeadm init` that init.sh has left out,
# except kubelet-finalize, which restarts the kubelet for a setting that kubelet.conf already has.
# Uploads the configuration again: with add-on phases left out, kubeadm has recorded add-ons as
# disabled, and would not upgrade them.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
phases=preflight,certs,kubeconfig,etcd,control-plane,kubelet-start,wait-control-plane
phases+=,upload-config/kubelet,upload-certs,bootstrap-token,kubelet-finalize,show-join-command
finish() { kubeadm_init "$phases"; }
export phases
as_super_admin finish
