#!/usr/bin/env bash
# Installs the add-ons that /etc/mok/addons names, on the first master of a new cluster.
# mokctl enables the service that runs this; it disables itself when all is installed, so
# a node that is stopped before that continues at its next start.
#
# /etc/mok/addons:   ADDONS='storage metrics policy loadbalancer'
#                    ADDRESS_POOL=10.213.7.200-10.213.7.254
# of both families:  ADDRESS_POOL=10.213.7.200-10.213.7.254,fd00:10:213:7::200-fd00:10:213:7::254
#
# usage: addons.sh [move]
#   move  the cluster is made from another one's data: its addresses are others
# env: KUBECONFIG
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mok/addons
# shellcheck source=/dev/null
. /etc/mok/network
manifests=/usr/local/lib/mok/addons

# The manifests were checked when the image was built: no schema is fetched.
apply() {
  kubectl apply --server-side --force-conflicts --field-manager=mok-addons --validate=false "$@"
}

has() { [[ " $ADDONS " == *" $1 "* ]]; }

# The addresses that Services of type LoadBalancer get. An advertisement without a choice
# of pools announces those of users' own pools, too.
set_pool() {
  apply --filename=- <<YAML
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: cluster, namespace: metallb-system}
spec: {addresses: ["${ADDRESS_POOL//,/\", \"}"]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: cluster, namespace: metallb-system}
YAML
}

# kube-router has to be told of IPv6, and then of the cluster's Services as well.
with_ipv6() {
  local ipv4=false services=${SERVICE_SUBNET6:?}
  if [[ -n ${SERVICE_SUBNET:-} ]]; then ipv4=true services=$SERVICE_SUBNET,$services; fi
  local flags="--enable-ipv4=$ipv4 --enable-ipv6=true --service-cluster-ip-range=$services"
  sed "s|^\( *- \)--run-firewall=true$|&\n\1${flags// --/\\n\\1--}|"
}

install_all() {
  local name file files=()
  for name in $ADDONS; do
    file=$manifests/$name.yaml
    if [[ $name == policy && -n ${POD_SUBNET6:-} ]]; then
      file=/run/mok-policy.yaml
      with_ipv6 <"$manifests/policy.yaml" >"$file"
    fi
    files+=("--filename=$file")
  done
  if ((${#files[@]} == 0)); then return; fi
  apply "${files[@]}"
  if has loadbalancer; then
    kubectl wait --for=condition=Established --timeout=60s \
      customresourcedefinition/{ipaddresspools,l2advertisements}.metallb.io
    set_pool
  fi
  if has metrics; then
    # kubectl asks every API that is listed, and complains of one that does not answer.
    kubectl --namespace=kube-system rollout status deployment/metrics-server --timeout=120s
    apply --filename="$manifests/metrics-api.yaml"
  fi
}

# Only where the pool is still there: the user may have removed or renamed it.
move_pool() {
  local kind
  if ! has loadbalancer; then return; fi
  kind=$(kubectl get customresourcedefinitions ipaddresspools.metallb.io --ignore-not-found --output=name)
  if [[ -z $kind ]]; then return; fi
  if [[ -n $(kubectl --namespace=metallb-system get ipaddresspools cluster --ignore-not-found --output=name) ]]; then
    set_pool
  fi
}

if [[ ${1:-} == move ]]; then
  move_pool
else
  install_all
  systemctl disable mok-addons.service
fi
