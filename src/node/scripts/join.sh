#!/usr/bin/env bash
# Makes this node part of the cluster. Reads its kubeadm configuration, which
# holds the join token, from standard input; by hand: join.sh </root/mok/kubeadm-join.yaml
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
config=$(cat)
umask 077
printf '%s\n' "$config" >/root/mok/kubeadm-join.yaml
wait_for_runtime
api_answers
# kubeadm makes it on masters alone, and a kubelet without it says so every second.
mkdir -p /etc/kubernetes/manifests
# A master's Node object is there when its API server is: its kubelet asks no other.
phases=wait-control-plane
# Of those whose control plane was started with the first one's (control_plane.sh). What an
# earlier try has left says nothing: there every phase is run again.
if [[ -e /root/mok/patches/etcd~members+json.json ]]; then
  phases+=,control-plane-prepare,check-etcd,kubelet-start,etcd-join,kubelet-wait-bootstrap
fi
kubeadm join --config=/root/mok/kubeadm-join.yaml \
  --skip-phases="$phases${SKIP_JOIN_PHASES:+,$SKIP_JOIN_PHASES}"
