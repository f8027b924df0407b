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
# kubeadm makes it on masters alone, and a kubelet without it says so every second.
mkdir -p /etc/kubernetes/manifests
serving_certificate

take_pod_range /etc/kubernetes/kubelet.conf >&2 &
taking=$!

flags=(--config=/root/mok/kubeadm-join.yaml)
if [[ -n $SKIP_JOIN_PHASES ]]; then flags+=("--skip-phases=$SKIP_JOIN_PHASES"); fi
# Workers have no such pods, and kubeadm no use for it there.
if [[ -n $PATCHES ]]; then flags+=("--experimental-patches=$PATCHES"); fi
kubeadm join "${flags[@]}"
wait "$taking"
follow_renewal
