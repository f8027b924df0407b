#!/usr/bin/env bash
# Installs the add-ons that /etc/mok/addons names, on the first master of a new cluster.
# mokctl enables the service that runs this; it disables itself when all is installed, so
# a node that is stopped before that continues at its next start.
#
# /etc/mok/addons:   ADDONS='storage metrics policy loadbalancer'
#                    ADDRESS_POOL=10.213.7.200-10.213.7.254
#
# usage: addons.sh [move]
#   move  the cluster is made from another one's data: its addresses are others
# env: KUBECONFIG
set -euo pipefail

# shellcheck source=/dev/null
. /etc/mok/addons
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
spec: {addresses: ["$ADDRESS_POOL"]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: cluster, namespace: metallb-system}
YAML
}

install_all() {
  local name files=()
  for name in $ADDONS; do files+=("--filename=$manifests/$name.yaml"); done
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
