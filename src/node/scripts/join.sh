#!/usr/bin/env bash
# Joins this node to the cluster. Reads kubeadm's configuration, which contains the join token, from
# standard input. Manually: join.sh </root/mok/kubeadm-join.yaml
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
config=$(cat)
umask 077
printf '%s\n' "$config" >/root/mok/kubeadm-join.yaml
wait_for_runtime
api_answers
# kubeadm makes this folder only on masters, and a kubelet without it logs an error every second.
mkdir -p /etc/kubernetes/manifests
# A master's kubelet uses the API server on its node, so a Node object means that this is up.
phases=wait-control-plane
# For masters whose control plane control_plane.sh has started. Files that an earlier attempt has
# left mean nothing: other masters run every phase again.
if [[ -e /root/mok/patches/etcd~members+json.json ]]; then
  phases+=,control-plane-prepare,check-etcd,kubelet-start,etcd-join,kubelet-wait-bootstrap
fi
kubeadm join --config=/root/mok/kubeadm-join.yaml \
  --skip-phases="$phases${SKIP_JOIN_PHASES:+,$SKIP_JOIN_PHASES}"
