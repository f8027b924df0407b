#!/usr/bin/env bash
# Makes this node the first master. Prints what kubeadm prints: the join command is
# taken from there.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
wait_for_runtime

# init PHASES: `kubeadm init` without these, and without what nodes can join without: that is
# left to finish.sh, which runs beside the joins.
init() {
  local phases=$1,wait-control-plane,mark-control-plane,kubelet-finalize,addon
  kubeadm init --config=/root/mok/kubeadm-init.yaml \
    --skip-phases="$phases${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
}

# What needs the API, with super-admin.conf in admin.conf's place: the API server accepts that
# user from its first answer, but admin.conf's only when it has made its own roles, and kubeadm
# asks for them every half second. Side by side, because kubeadm's clients send some ten
# requests at once and five a second from then on.
online() {
  local offline=preflight,certs,kubeconfig,etcd,control-plane,kubelet-start
  mount --bind /etc/kubernetes/super-admin.conf /etc/kubernetes/admin.conf
  init "$offline,bootstrap-token,show-join-command" &
  init "$offline,upload-config"
  wait "$!"
}

init upload-config,bootstrap-token,show-join-command
# kubeadm would look twice a second.
wait_until "$((4 * PATIENCE))" "the API server" api_listens
# These processes alone see the mount.
export SKIP_INIT_PHASES
unshare --mount bash -c "set -euo pipefail; $(declare -f init online); online"
