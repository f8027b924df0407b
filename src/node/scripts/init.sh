#!/usr/bin/env bash
# Sets up the first master. Prints kubeadm's output, from which mokctl takes the join command.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

# finish.sh, which runs in parallel with the joins, does what joining nodes do not need.
left=wait-control-plane,mark-control-plane,kubelet-finalize,addon
kubeadm_init "$left,upload-config,bootstrap-token,show-join-command"
# kubeadm would check only twice a second.
wait_until "$((4 * PATIENCE))" "the API server" api_listens

# Two processes in parallel, because a client of kubeadm's is limited to some ten requests at once,
# and five a second from then on.
upload_and_let_nodes_join() {
  local done=preflight,certs,kubeconfig,etcd,control-plane,kubelet-start
  kubeadm_init "$done,$left,bootstrap-token,show-join-command" &
  kubeadm_init "$done,$left,upload-config"
  wait "$!"
}
export left
as_super_admin upload_and_let_nodes_join
