#!/usr/bin/env bash
# Before the kubelet starts on a master that comes out of an old snapshot: kubeadm
# makes new certificates, once. Cut short it is done anew: the mark goes last.
set -euo pipefail

mark=/root/mok/renew
[[ -e $mark ]] || exit 0
# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
config=--config=/root/mok/kubeadm-init.yaml
kubeadm certs renew all "$config"
# A kubelet whose own certificate is over takes the one in here; kubeadm leaves a
# file that is there as it is.
rm -f /etc/kubernetes/kubelet.conf
kubeadm init phase kubeconfig kubelet "$config" --node-name="$NODE"
rm "$mark"
