#!/usr/bin/env bash
# Installs the add-ons in /etc/mok/addons, on the first master of a new cluster. mokctl enables the
# service that runs this. It disables itself when all add-ons are installed, so a node that is
# stopped before continues at its next start.
#
# /etc/mok/addons:   ADDONS='storage metrics policy loadbalancer'
#                    ADDRESS_POOL=10.213.7.200-10.213.7.254
# of both families:  ADDRESS_POOL=10.213.7.200-10.213.7.254,fd00:10:213:7::200-fd00:10:213:7::254
#
# usage: addons.sh [move]
#   move  changes addresses in a clone, which has the data of another cluster
# env: KUBECONFIG
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mok/addons
# shellcheck source=/dev/null
. /etc/mok/network
manifests=/usr/local/lib/mok/addons

# Without validation, which would download schemas: the manifests were checked when the image was
# built.
apply() {
  kubectl apply --server-side --force-conflicts --field-manager=mok-addons --validate=false "$@"
}

has() { [[ " $ADDONS " == *" $1 "* ]]; }

# Sets the addresses for Services of type LoadBalancer. An advertisement that selects no pools also
# announces those of the user's pools.
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

# Enables IPv6 in kube-router, which then also needs the Service range.
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
    # kubectl asks every registered API, and prints an error if one does not answer.
    kubectl --namespace=kube-system rollout status deployment/metrics-server --timeout=120s
    apply --filename="$manifests/metrics-api.yaml"
  fi
}

# Only if the pool exists: the user may have removed or renamed it.
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
