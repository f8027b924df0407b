#!/usr/bin/env bash
# Builds and tests earlier versions of Kubernetes: one master and one worker, a Service that answers
# another pod by name, and the same after a stop and a start. The clusters are deleted afterwards;
# the images stay.
# usage: e2e-versions.sh MOKCTL
# env: VERSIONS (separated by blanks)
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

mokctl=$(realpath "$1")
name=e2e-versions
KUBECONFIG=$(mktemp)
export KUBECONFIG

remove() {
  # At the exit, the status of the run counts, not that of the cleanup.
  if [[ -n $exists ]]; then "$mokctl" -q delete cluster "$name" --yes || true; fi
  rm -f "$KUBECONFIG"
}

in_master() { "$mokctl" exec "$name-master-1" -- "$@"; }
kubectl() { in_master kubectl --kubeconfig=/etc/kubernetes/admin.conf "$@"; }

# Starts two pods of the image that every node has for volumes: one serves its name, the other asks.
deploy() {
  kubectl apply --filename=- <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: localhost/mok/busybox:1
          command: [/usr/bin/sh, -c, "hostname >/tmp/index.html; exec httpd -f -p 8080 -h /tmp"]
          readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: client}
spec:
  selector: {matchLabels: {app: client}}
  template:
    metadata: {labels: {app: client}}
    spec:
      containers:
        - name: client
          image: localhost/mok/busybox:1
          command: [/usr/bin/sleep, infinity]
YAML
}

# Checks that a pod of the Deployment answers by the full name of the Service.
ask() {
  local deadline=$((SECONDS + 90)) answer
  kubectl rollout status --timeout=90s deployment/web deployment/client >/dev/null
  until answer=$(kubectl exec deployment/client -- \
    wget -q -T 5 -O - http://web.default.svc.cluster.local 2>/dev/null) && [[ $answer == web-* ]]; do
    ((SECONDS < deadline)) || die "$version: the Service does not answer by its name: '$answer'"
    sleep 1
  done
  say "$version: $answer answers by the Service's name"
}

# Checks that every node is Ready and has this version.
check_nodes() {
  local nodes
  kubectl wait --for=condition=Ready --timeout=90s nodes --all >/dev/null
  nodes=$(kubectl get nodes --no-headers \
    --output=custom-columns=V:.status.nodeInfo.kubeletVersion)
  [[ $nodes == "v$version"$'\n'"v$version" ]] || die "$version: the nodes are of $nodes"
}

exists=
trap remove EXIT
for version in ${VERSIONS:-1.34.4 1.35.4 1.36.3}; do
  "$mokctl" -p build image --k8sver "$version"
  exists=yes
  "$mokctl" -p create cluster "$name" 1 1 --k8sver "$version"
  check_nodes
  deploy
  ask
  "$mokctl" -p stop cluster "$name"
  "$mokctl" -p start cluster "$name"
  check_nodes
  ask
  "$mokctl" -p delete cluster "$name" --yes
  exists=
  left=$(docker ps --all --quiet --filter="name=^$name-")
  [[ -z $left ]] || die "$version: containers are left: $left"
  say "$version: all is well"
done
