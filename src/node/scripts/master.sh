#!/usr/bin/env bash
# How a node becomes a first master: with an empty cluster, or with the data of another.
# Sourced by those that do.

# shellcheck source=src/node/scripts/common.sh
. /root/mok/common.sh

PUBLIC=/api/v1/namespaces/kube-public
DISCOVERY=$PUBLIC/configmaps/cluster-info

# init_master PHASES: `kubeadm init` without these phases, with commas, until this node
# has reported. Two runs: between them kubeadm waits until the API server calls itself
# healthy, which it does two seconds after its first answer, when it has made its roles.
# An administrator of system:masters needs none of them, nor does a node that joins.
# Afterwards PRINTED is what kubeadm said last, with its join commands, and the API is
# open for the objects that are named here.
init_master() {
  local config=--config=/root/mok/kubeadm-init.yaml phases=$1
  if [[ -n $SKIP_INIT_PHASES ]]; then phases+=,$SKIP_INIT_PHASES; fi
  local begin=$phases,wait-control-plane,upload-config,upload-certs,mark-control-plane
  begin+=,bootstrap-token,kubelet-finalize,addon,show-join-command
  local end=$phases,preflight,certs,kubeconfig,kubelet-start,control-plane,etcd
  end+=,wait-control-plane,upload-config/kubelet,mark-control-plane
  # kubelet-finalize restarts the kubelet, whose first report is that the node is not
  # Ready: after `create` has said that it is. What it is for, follow_renewal does.
  # Where masters will join, though, the restart is wanted: it makes the pods of this
  # one's control plane known to the API at once, and kubeadm looks there for etcd;
  # without it each join waits half a minute, twice.
  if [[ -z $UPLOAD_CERTS ]]; then end+=,kubelet-finalize; fi

  serving_certificates
  # leaves_out PHASE
  leaves_out() { [[ ,$phases, == *",$1,"* ]]; }
  local flags=("$config") last=("$config")
  # For further masters: their certificates, encrypted, in the cluster for two hours.
  if [[ -n $UPLOAD_CERTS ]]; then last+=(--upload-certs); fi
  kubeadm init "${flags[@]}" --skip-phases="${begin#,}"
  # The administrator has no rights before there are roles.
  local first=/readyz
  open_api /etc/kubernetes/admin.conf "$THIS_NODE" "$THIS_STORAGE" "$DISCOVERY" "$first"
  wait_until 240 "the API server" request GET "$first" >/dev/null
  # From its next start on the kubelet needs a master, not this one.
  sed --in-place "s|server: .*|server: https://$ENDPOINT|" /etc/kubernetes/kubelet.conf
  # Before each of its changes to the Node object kubeadm waits half a second: that
  # passes beside the rest.
  leaves_out upload-config || kubeadm init phase upload-config kubelet "$config" >&2 &
  local telling=$!
  {
    take_pod_range
    leaves_out mark-control-plane || kubeadm init phase mark-control-plane "$config"
  } >&2 &
  local taking=$!
  local copy
  copy=$(mktemp)
  kubeadm init "${last[@]}" --skip-phases="${end#,}" | tee "$copy"
  # shellcheck disable=SC2034
  PRINTED=$(<"$copy")
  rm "$copy"
  wait "$telling"
  wait "$taking"
  follow_renewal
}

