#!/usr/bin/env bash
# Sets up the only master of a clone, with the saved data and new certificates and keys, until the
# API answers, and prints the join command. Controller manager and scheduler would act on the data,
# so mokctl starts them after it has changed the objects that name the other cluster.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
config=--config=/root/mok/kubeadm-init.yaml

wait_for_runtime
# The objects that these phases upload are in the data, or mokctl changes them. For objects that
# exist, kubeadm takes three seconds more: it tries to create each first, at five requests a second.
phases=preflight,control-plane/controller-manager,control-plane/scheduler,wait-control-plane
phases+=,upload-config,mark-control-plane,bootstrap-token,kubelet-finalize,addon,show-join-command
kubeadm init "$config" --skip-phases="$phases${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
wait_until "$((4 * PATIENCE))" "the API server" api_listens

# This user may do everything even before the API server has loaded RBAC rules.
export KUBECONFIG=/etc/kubernetes/super-admin.conf
# kubeadm retries until the API answers. kubectl would not, and a load balancer listens even without
# a master.
kubeadm init phase upload-config kubeadm "$config" --kubeconfig="$KUBECONFIG"

update_members() {
  # etcd's member still has its former peer URL. Fields: ID, STATUS, NAME, PEER, CLIENT, ...
  in_etcd member list | while IFS=', ' read -r id _ _ _ client _; do
    in_etcd member update "$id" --peer-urls="${client/%2379/2380}"
  done
}
move_addons() {
  # Before a pod runs that would assign addresses of the other cluster's network.
  if [[ -x /usr/local/lib/mok/addons.sh ]]; then /usr/local/lib/mok/addons.sh move; fi
}
create_token() {
  # Join tokens of the other cluster are not valid here.
  kubectl --namespace=kube-system delete secrets \
    --field-selector=type=bootstrap.kubernetes.io/token >&2
  kubeadm token create --print-join-command "$config" --kubeconfig="$KUBECONFIG"
}
# In parallel, because each waits for the API most of the time.
jobs=()
for job in update_members move_addons; do
  "$job" >&2 &
  jobs+=("$!")
done
create_token
for job in "${jobs[@]}"; do wait "$job"; done
