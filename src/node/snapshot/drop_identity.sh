#!/usr/bin/env bash
# Runs before the container runtime, and so before the kubelet, in a node of a clone: replaces the
# identity of the saved node with that of this one, and removes the saved node's pods, once.
# Images, volumes and, on a master, etcd's data stay. If it is interrupted, it runs again, because
# the mark is deleted last.
set -euo pipefail

mark=/root/mok/drop_identity
[[ -e $mark ]] || exit 0
for folder in /etc/kubernetes /var/lib/kubelet /var/lib/cni /var/log/{pods,containers,kubernetes}; do
  if [[ -d $folder ]]; then find "$folder" -mindepth 1 -delete; fi
done
cp --archive /root/mok/new/. /
rm -rf /root/mok/new /root/mok/kubeadm-join.yaml "$mark"
