#!/usr/bin/env bash
# Runs on a master that is being deleted: removes its etcd member, and the control plane from the
# node.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

# Another member must be the leader: a leader that is removed stops before it can confirm that, and
# kubeadm would keep asking for minutes.
hand_over() {
  local me leads other
  # Fields: ENDPOINT, ID, VERSION, SIZE, IS LEADER, ...
  read -r me leads < <(in_etcd endpoint status | awk -F ', ' '{ print $2, $5 }')
  [[ $leads == true ]] || return 0
  # Fields: ID, STATUS, NAME, ...
  other=$(in_etcd member list |
    awk -F ', ' -v me="$me" '$1 != me && $2 == "started" { id = $1 } END { print id }')
  in_etcd move-leader "$other"
}

hand_over
# kubeadm finds its member by the Node object, which a user may have deleted.
[[ -n $(admin get node "$NODE" --ignore-not-found --output=name) ]] ||
  bash /root/mok/remove_member.sh "$NODE"
kubeadm reset --force --cri-socket="unix://$CRI_SOCKET"
