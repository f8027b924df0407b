#!/usr/bin/env bash
# Runs before the kubelet on a master that was restored from an old snapshot: has kubeadm make new
# certificates, once. If it is interrupted, it runs again, because the mark is deleted last.
set -euo pipefail

mark=/root/mok/renew
[[ -e $mark ]] || exit 0
# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
config=--config=/root/mok/kubeadm-init.yaml
kubeadm certs renew all "$config"
# A kubelet whose certificate has expired uses the one in this file, and kubeadm does not change a
# file that exists.
rm -f /etc/kubernetes/kubelet.conf
kubeadm init phase kubeconfig kubelet "$config" --node-name="$NODE"
rm "$mark"
