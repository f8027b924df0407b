#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join command is
# taken from there.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

# What nodes can join without is left to finish.sh, which runs beside the joins.
left=wait-control-plane,mark-control-plane,kubelet-finalize,addon
kubeadm_init "$left,upload-config,bootstrap-token,show-join-command"
# kubeadm would look twice a second.
wait_until "$((4 * PATIENCE))" "the API server" api_listens

# Side by side, because a client of kubeadm's sends some ten requests at once, and five a
# second from then on.
upload_and_let_nodes_join() {
  local done=preflight,certs,kubeconfig,etcd,control-plane,kubelet-start
  kubeadm_init "$done,$left,bootstrap-token,show-join-command" &
  kubeadm_init "$done,$left,upload-config"
  wait "$!"
}
export left
as_super_admin upload_and_let_nodes_join
