#!/usr/bin/env bash
# On the first master: makes another node's credentials and prints them as a tar
# archive. With a kubelet.conf from here a kubelet need not wait until its request
# for a certificate is granted, which it looks for every ten seconds only.
# usage: issue.sh NODE
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
node=$1

# The last thing that kubeadm writes before it waits: its authority is there by then,
# and what this takes of the CPU nobody else wants.
control_plane_starts() { [[ -s /etc/kubernetes/manifests/etcd.yaml ]]; }
wait_until 60 "the control plane's pods" control_plane_starts

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
folder=$root/etc/kubernetes
mkdir -p "$folder"
kubelet_kubeconfig "$folder" "$node" || {
  kubeadm init phase kubeconfig kubelet --config=/root/mok/kubeadm-init.yaml \
    --node-name="$node" --kubeconfig-dir="$folder" >&2
  # From 1.33 on kubeadm names its own master there, and not all that a balancer leads to.
  sed --in-place "s|server: .*|server: https://$ENDPOINT|" "$folder/kubelet.conf"
}
cd "$root"
tar --create etc/kubernetes/*.conf
