#!/usr/bin/env bash
# Makes this node the only master of a cluster with the data of another one, called
# FORMER. Certificates, keys and tokens are new, and what is bound to a node of that
# one is bound to the node of that role and number here. Until this is done nobody
# acts on the data: no scheduler, and of all controllers the one that signs tokens.
# usage: clone.sh FORMER
set -euo pipefail

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh
former=$1
config=--config=/root/mok/kubeadm-init.yaml
manifests=/etc/kubernetes/manifests held=/root/mok/held

# Nodes' names, wherever they stand for themselves.
rename() {
  sed --regexp-extended "s/\"$former-(master|worker)-([0-9]+)\"/\"${NODE%-master-*}-\1-\2\"/g"
}

# Before there is a kubelet that would start them.
hold_controllers() {
  mkdir -p "$held"
  local part
  for part in controller-manager scheduler; do
    kubeadm init phase control-plane "$part" "$config"
    mv "$manifests/kube-$part.yaml" "$held/"
  done
  sed 's/--controllers=.*/--controllers=serviceaccount-token/' \
    "$held/kube-controller-manager.yaml" >"$manifests/kube-controller-manager.yaml"
}

release_controllers() { mv "$held"/*.yaml "$manifests/"; }

# It still tells others where its former self was.
move_etcd() {
  local id client
  # ID, STATUS, NAME, PEER, CLIENT, ...
  read -r id client < <(in_etcd member list | awk -F ', ' '{ print $1, $5 }')
  in_etcd member update "$id" --peer-urls="${client/%2379/2380}"
}

service_tokens() {
  admin get secrets --all-namespaces \
    --field-selector=type=kubernetes.io/service-account-token "$@"
}
# shellcheck disable=SC2016
unsigned='{{range .items}}{{$signed := false}}{{with .data}}{{if .token}}{{$signed = true}}{{end}}{{end}}{{if not $signed}}{{.metadata.name}} {{end}}{{end}}'
all_are_signed() {
  local left
  left=$(service_tokens --output=go-template="$unsigned") && [[ -z $left ]]
}
# Pods refer to these secrets by name: they stay, with other tokens in them.
renew_service_tokens() {
  local secrets
  secrets=$(service_tokens --output=json)
  if [[ $secrets == *'"items": []'* ]]; then return; fi
  admin patch --filename=- --type=merge --patch='{"data": {"ca.crt": null, "token": null}}' \
    --output=name <<<"$secrets"
  wait_until 60 "new tokens of the service accounts" all_are_signed
}

# Pods find the authority that they trust in a ConfigMap of their namespace, once: they
# are to find this cluster's, whenever its controller comes round.
renew_root_certificates() {
  local ca
  ca=$(</etc/kubernetes/pki/ca.crt)
  admin get configmaps --all-namespaces --field-selector=metadata.name=kube-root-ca.crt \
    --output=json |
    admin patch --filename=- --type=merge --output=name \
      --patch="{\"data\": {\"ca.crt\": \"${ca//$'\n'/\\n}\\n\"}}"
}

# Those of the former nodes go; their labels, notes and taints are here before the
# workers are. A node of the same name has kept its own.
move_nodes() {
  local nodes others=--field-selector=metadata.name!=$NODE
  nodes=$(admin get nodes "$others" --output=jsonpath='{range .items[*]}---
apiVersion: v1
kind: Node
metadata:
  name: "{.metadata.name}"
  labels: {.metadata.labels}
  annotations: {.metadata.annotations}
spec:
  taints: {.spec.taints}
  unschedulable: {.spec.unschedulable}
{end}')
  if [[ -z $nodes ]]; then return; fi
  admin delete nodes "$others"
  rename <<<"$nodes" | admin apply --server-side --force-conflicts --filename=-
}

# move KIND [FLAG...]: the same objects again, bound to the nodes that there are now.
# A binding cannot be changed.
move() {
  local objects
  objects=$(admin get "$@" --output=json)
  if [[ $objects == *'"items": []'* ]]; then return; fi
  admin patch --filename=- --type=merge --patch='{"metadata": {"finalizers": null}}' \
    --output=name <<<"$objects"
  admin delete --force --grace-period=0 --filename=- <<<"$objects"
  rename <<<"$objects" | admin create --filename=- --output=name
}

wait_for_runtime
hold_controllers
phases=preflight,control-plane/controller-manager,control-plane/scheduler
phases+=,wait-control-plane,mark-control-plane,kubelet-finalize,addon,show-join-command
kubeadm init "$config" --skip-phases="$phases${SKIP_INIT_PHASES:+,$SKIP_INIT_PHASES}"
bash /root/mok/finish.sh >&2 &
finishing=$!
move_etcd
renew_service_tokens
renew_root_certificates
# Nobody joins with what the other cluster gave out, nobody looks for it there, and
# nobody trusts its certificates: the API server adds its own to those that it finds.
admin --namespace=kube-system delete secrets --field-selector=type=bootstrap.kubernetes.io/token
admin --namespace=kube-system delete configmap kubeadm-config extension-apiserver-authentication
# By which API servers are known: this one makes its own again in a moment.
admin --namespace=kube-system delete leases --selector=apiserver.kubernetes.io/identity
kubeadm init phase upload-config kubeadm "$config"

# What it has marked is as it was saved from here on.
wait "$finishing"
move_nodes
# kubeadm's own pods: the kubelet tells the API of those that it runs.
admin --namespace=kube-system delete pods --force --grace-period=0 --selector=tier=control-plane \
  --field-selector="spec.nodeName!=$NODE"
move persistentvolumes
move pods --all-namespaces --selector='tier!=control-plane' \
  --field-selector='status.phase!=Succeeded,status.phase!=Failed'
admin delete pods --all-namespaces --force --grace-period=0 \
  --field-selector="spec.nodeName!=$NODE,status.phase=Succeeded"
release_controllers
kubeadm token create --print-join-command "$config"
