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
serving_certificates

# A kubelet that has yet to ask for its certificate names the file in there already.
credentials_are_there() {
  local kubeconfig=/etc/kubernetes/kubelet.conf file
  [[ -s $kubeconfig ]] || return
  file=$(sed --quiet 's/^ *client-certificate: //p' "$kubeconfig")
  [[ -z $file || -s $file ]]
}
{
  wait_until 240 "a kubelet's credentials" credentials_are_there
  open_api /etc/kubernetes/kubelet.conf "$THIS_NODE" "$THIS_STORAGE"
  take_pod_range
} >&2 &
taking=$!

# A kubelet has the API show a static pod before it starts it. Here that is a member of
# etcd that counts already and does not run yet: with it as the second of two etcd has no
# majority, and no request is answered. Cut off from the API the kubelet starts it at once;
# by itself it would wait until the balancer cuts it off, seven seconds later.
manifest_is_there() { [[ -s /etc/kubernetes/manifests/etcd.yaml ]]; }
start_etcd() {
  wait_until 300 "etcd's manifest" manifest_is_there
  # Where etcd has a majority the API answers before that.
  while sleep 0.5 && ! compgen -G "/var/log/pods/kube-system_etcd-$NODE*" >/dev/null; do
    ss --kill --tcp dst "${ENDPOINT%:*}" dport = "${ENDPOINT##*:}" >/dev/null || return
  done
}
if [[ $NODE == *-master-* ]]; then
  start_etcd >&2 &
  starting=$!
  trap 'kill "$starting" 2>/dev/null || true' EXIT
fi

flags=(--config=/root/mok/kubeadm-join.yaml) phases=$SKIP_JOIN_PHASES
if [[ -n $phases ]]; then flags+=("--skip-phases=${phases#,}"); fi
kubeadm join "${flags[@]}"
wait "$taking"
follow_renewal
