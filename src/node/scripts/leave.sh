#!/usr/bin/env bash
# On a master that shall go: takes its member out of etcd and its part of the
# control plane off the node.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

# A member that leads stops before it can say that it has been removed, and kubeadm
# asks for minutes after one that is gone: another one must lead.
hand_over() {
  local me leads other
  # ENDPOINT, ID, VERSION, SIZE, IS LEADER, ...
  read -r me leads < <(in_etcd endpoint status | awk -F ', ' '{ print $2, $5 }')
  [[ $leads == true ]] || return 0
  # ID, STATUS, NAME, ...
  other=$(in_etcd member list |
    awk -F ', ' -v me="$me" '$1 != me && $2 == "started" { id = $1 } END { print id }')
  in_etcd move-leader "$other"
}

hand_over
# kubeadm looks for its member by the Node object, which a user may have deleted.
[[ -n $(admin get node "$NODE" --ignore-not-found --output=name) ]] ||
  bash /root/mok/remove_member.sh "$NODE"
kubeadm reset --force --cri-socket="unix://$CRI_SOCKET"
