#!/usr/bin/env bash
# Makes this node the only master of a cluster with the data of another one, as far as an
# API that answers, and prints the join command. Certificates and keys are new. The
# controller manager and the scheduler would act on the data: mokctl starts them when it has
# changed what names the other cluster.
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
config=--config=/root/mok/kubeadm-init.yaml

wait_for_runtime
# What these phases upload is in the data, or is changed by mokctl. Over objects that are
# there, kubeadm takes three seconds more: it may ask the API five times a second, and tries
# to create each first.
phases=preflight,control-plane/controller-manager,control-plane/scheduler,wait-control-plane
phases+=,upload-config,mark-control-plane,bootstrap-token,kubelet-finalize,addon,show-join-command
kubeadm init "$config" --skip-phases="$phases${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
wait_until "$((4 * PATIENCE))" "the API server" api_listens

# Before the API has read who may do what, this one may do everything.
export KUBECONFIG=/etc/kubernetes/super-admin.conf
# Asks again until the API answers: kubectl would not, and a balancer listens without one.
kubeadm init phase upload-config kubeadm "$config" --kubeconfig="$KUBECONFIG"

update_members() {
  # etcd still tells others where its former self was. ID, STATUS, NAME, PEER, CLIENT, ...
  in_etcd member list | while IFS=', ' read -r id _ _ _ client _; do
    in_etcd member update "$id" --peer-urls="${client/%2379/2380}"
  done
}
move_addons() {
  # Before there is a pod that would give out addresses of the other cluster's network.
  if [[ -x /usr/local/lib/mok/addons.sh ]]; then /usr/local/lib/mok/addons.sh move; fi
}
create_token() {
  # Join tokens of the other cluster are not valid here.
  kubectl --namespace=kube-system delete secrets \
    --field-selector=type=bootstrap.kubernetes.io/token >&2
  kubeadm token create --print-join-command "$config" --kubeconfig="$KUBECONFIG"
}
# Each waits for the API most of the time: side by side.
jobs=()
for job in update_members move_addons; do
  "$job" >&2 &
  jobs+=("$!")
done
create_token
for job in "${jobs[@]}"; do wait "$job"; done
